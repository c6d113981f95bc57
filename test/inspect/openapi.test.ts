import { expect, test } from 'vitest'
import { endpoint, express, inspect, operations } from './project.ts'

const document = `openapi: 3.0.0
servers:
  - url: https://example.com/v1
security:
  - bearer: []
paths:
  /cats/{id}:
    parameters:
      - { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
    get:
      security: []
      parameters:
        - { name: full, in: query, schema: { type: boolean } }
      responses:
        '200': { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Cat' } } } }
        '404': { description: unknown }
    put:
      requestBody:
        content: { application/json: { schema: { $ref: '#/components/schemas/Cat' } } }
      responses: { '204': { description: changed } }
components:
  schemas:
    Cat:
      type: object
      required: [name]
      properties:
        name: { type: string, maxLength: 20 }
        mother: { $ref: '#/components/schemas/Cat' }
`

test('a document tells what the code leaves open, and what no route serves is named', async () => {
  const map = await express(
    `app.use(express.json())
app.put('/v1/cats/:catId', (req, res) => { save(req.body.name); res.sendStatus(204) })`,
    { 'docs/openapi.yaml': document },
  )
  expect(operations(map)).toEqual(['PUT /v1/cats/{catId}'])
  const update = endpoint(map, 'PUT /v1/cats/{catId}')
  expect(update).toMatchObject({
    auth: 'none',
    source: 'app.js:4',
    params: [{ name: 'catId', schema: { type: 'integer', minimum: 1 } }],
    body: { schema: { required: ['name'], properties: { name: { type: 'string', maxLength: 20 } } } },
  })
  expect(map.warnings).toContainEqual({
    message: 'GET /v1/cats/{id} is documented, but no route serves it',
    source: 'docs/openapi.yaml:10',
  })
})

test('where no route is in the code, the document is what there is', async () => {
  const map = await inspect({
    'package.json': { main: 'server.js', dependencies: { 'openapi-backend': '5' } },
    'server.js':
      "const { OpenAPIBackend } = require('openapi-backend')\nnew OpenAPIBackend({ definition: './openapi.yaml' }).init()",
    'openapi.yaml': document,
  })
  expect(operations(map)).toEqual(['GET /v1/cats/{id}', 'PUT /v1/cats/{id}'])
  expect(endpoint(map, 'GET /v1/cats/{id}')).toMatchObject({
    auth: 'none',
    source: 'openapi.yaml:10',
    query: [{ name: 'full', required: false, schema: { type: 'boolean' } }],
    statuses: [200, 404],
    responses: { 200: { type: 'object', required: ['name'] } },
  })
  expect(endpoint(map, 'PUT /v1/cats/{id}').auth).toBe('required')
})

test('Swagger 2: base path, body and form parameters', async () => {
  const map = await inspect({
    'package.json': { main: 'server.js', dependencies: { restify: '11' } },
    'server.js': "require('restify').createServer().listen(3000)",
    'swagger.json': {
      swagger: '2.0',
      basePath: '/api',
      paths: {
        '/pets': {
          post: {
            parameters: [
              { in: 'body', name: 'pet', schema: { type: 'object', properties: { name: { type: 'string' } } } },
            ],
            responses: { 201: {} },
          },
        },
        '/photos': {
          post: { parameters: [{ in: 'formData', name: 'photo', type: 'file', required: true }], responses: {} },
        },
      },
    },
  })
  expect(map.warnings).toContainEqual({
    message: 'Routes of restify are not supported: none of them is listed from code',
  })
  expect(endpoint(map, 'POST /api/pets').body?.schema.properties).toEqual({ name: { type: 'string' } })
  expect(endpoint(map, 'POST /api/photos').body).toMatchObject({
    contentType: 'multipart/form-data',
    schema: { required: ['photo'], properties: { photo: { format: 'binary' } } },
  })
})
