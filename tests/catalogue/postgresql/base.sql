CREATE SCHEMA app;
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE SEQUENCE counter;
CREATE TABLE "User" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT,
    "role" "Role" NOT NULL DEFAULT 'USER',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
CREATE TABLE post (
    id INTEGER NOT NULL,
    author_id INTEGER,
    title TEXT NOT NULL,
    body TEXT,
    n INTEGER DEFAULT 0,
    price DECIMAL(10,2),
    tags TEXT[],
    data JSONB,
    state mood NOT NULL DEFAULT 'ok',
    deleted_at TIMESTAMPTZ(6),
    CONSTRAINT post_pkey PRIMARY KEY (id)
);
CREATE INDEX post_title_idx ON post(title);
CREATE UNIQUE INDEX post_live ON post(author_id, title) WHERE deleted_at IS NULL;
ALTER TABLE post ADD CONSTRAINT post_author_id_fkey FOREIGN KEY (author_id) REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE post ADD CONSTRAINT post_n_positive CHECK (n >= 0);
CREATE TABLE app.item (
    id UUID NOT NULL,
    owner_id INTEGER NOT NULL,
    "label" VARCHAR(40) NOT NULL,
    CONSTRAINT item_pkey PRIMARY KEY (id)
);
CREATE INDEX item_owner_id_idx ON app.item(owner_id);
CREATE TABLE pair (a INTEGER NOT NULL, b INTEGER NOT NULL);
CREATE VIEW labels AS SELECT id, label FROM app.item;
