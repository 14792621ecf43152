CREATE TABLE "author" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL,
    "name" TEXT
);
CREATE UNIQUE INDEX "author_email_key" ON "author"("email");
CREATE TABLE "post" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "body" TEXT,
    "n" INTEGER NOT NULL DEFAULT 0,
    "at" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" TEXT NOT NULL DEFAULT 'A',
    "authorId" INTEGER,
    CONSTRAINT "post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "author" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "post_title_idx" ON "post"("title");
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INT DEFAULT 1, CHECK (size > 0));
INSERT INTO author (id, email) VALUES (1, 'a@example.com');
INSERT INTO post (id, title) VALUES (1, 'first');
INSERT INTO tag (id, name) VALUES (1, 'new');
