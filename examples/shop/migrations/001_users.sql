CREATE TABLE users (
  id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email            text NOT NULL UNIQUE,
  password_hash    text NOT NULL,
  name             text NOT NULL,
  shipping_address text NOT NULL DEFAULT '',
  created_at       timestamptz NOT NULL DEFAULT now()
);
