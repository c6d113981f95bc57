import type { Endpoint } from '../contracts/project.ts'
import { nounOf, singular, splitWords } from './words.ts'

export function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean)
}

export function isParam(segment: string): boolean {
  return segment.startsWith('{')
}

/** Names of path parameters in order. */
export function paramsOf(path: string): string[] {
  return segmentsOf(path)
    .filter(isParam)
    .map((segment) => segment.slice(1, -1))
}

/** Path before a parameter: `/a/{b}/c/{d}`, `d` → `/a/{b}/c`. */
export function collectionBefore(path: string, param: string): string {
  const segments = segmentsOf(path)
  return `/${segments.slice(0, segments.indexOf(`{${param}}`)).join('/')}`
}

/** Last segment that is no parameter. */
export function lastLiteral(path: string): string {
  return (
    segmentsOf(path)
      .filter((segment) => !isParam(segment))
      .at(-1) ?? ''
  )
}

/** Ends in a parameter: addresses one thing. */
export function isItem(path: string): boolean {
  return isParam(segmentsOf(path).at(-1) ?? '')
}

/** Same path whatever its parameters are called. */
export function pathShape(path: string): string {
  return path.replace(/\{[^}]+\}/g, '{}')
}

/** What one thing behind this path is called. */
export function nounOfPath(path: string): string {
  return nounOf(lastLiteral(path))
}

/** `/orders/{id}/pay`: a verb on one thing, not a collection below it. */
export function isAction(endpoint: Endpoint, all: Endpoint[]): boolean {
  const segments = segmentsOf(endpoint.path)
  const last = segments.at(-1) ?? ''
  const previous = segments.at(-2) ?? ''
  if (endpoint.method !== 'POST' || isParam(last) || !isParam(previous)) return false
  const word = splitWords(last).at(-1) ?? last
  const hasItems = all.some((other) => pathShape(other.path) === `${pathShape(endpoint.path)}/{}`)
  const hasList = all.some((other) => other.method === 'GET' && pathShape(other.path) === pathShape(endpoint.path))
  return singular(word) === word && !hasItems && !hasList
}

const LOGIN = /^(login|signin|logon|session|sessions|token|tokens|authenticate|authentication|auth)$/
const SIGNUP = /^(register|registration|registrations|signup|join|enroll)$/
const PEOPLE = /^(user|account|customer|member|profile|admin|person|people|client)s?$/

export function soundsLikeLogin(path: string): boolean {
  return (
    segmentsOf(path)
      .slice(-2)
      .some((segment) => LOGIN.test(splitWords(segment).join(''))) && !soundsLikeSignup(path)
  )
}

export function soundsLikeSignup(path: string): boolean {
  return SIGNUP.test(splitWords(segmentsOf(path).at(-1) ?? '').join(''))
}

export function soundsLikePeople(path: string): boolean {
  return PEOPLE.test(segmentsOf(path).at(-1) ?? '')
}
