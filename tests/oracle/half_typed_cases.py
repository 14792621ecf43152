"""Schemas, and edits of them that a person makes. Each is typed key by key."""

from __future__ import annotations

from oracle.keystrokes import Edit

_BLOG = """\
generator client {
  provider = "prisma-client"
  output   = "../generated"
}

datasource db {
  provider = "postgresql"
}

/// People
model User {
  id       Int      @id @default(autoincrement())
  email    String   @unique @map("email_address") @db.VarChar(191)
  fullName String?  @map("full_name")
  role     Role     @default(READER)
  age      Int?
  tags     String[] @default([])
  created  DateTime @default(now()) @db.Timestamptz(3)
  posts    Post[]   @relation("written")
  profile  Profile?

  @@index([fullName, age(sort: Desc)], map: "by_name")
  @@map("users")
}

model Post {
  id       String     @id @default(uuid()) @db.Uuid
  title    String
  slug     String
  body     Json?
  authorId Int        @map("author_id")
  author   User       @relation("written", fields: [authorId], references: [id], onDelete: Cascade)
  parentId String?    @db.Uuid
  parent   Post?      @relation("tree", fields: [parentId], references: [id])
  children Post[]     @relation("tree")
  topics   Category[]

  @@unique([authorId, slug])
  @@index([title], type: Hash)
}

model Category {
  id    Int    @id
  name  String
  posts Post[]
}

model Profile {
  userId Int    @id
  bio    String @default("none")
  user   User   @relation(fields: [userId], references: [id])
}

enum Role {
  READER
  WRITER @map("writer")
  ADMIN

  @@map("roles")
}
"""

_SHOP = """\
datasource db {
  provider = "postgresql"
  schemas  = ["shop", "auth"]
  relationMode = "prisma"
}

model Account {
  id    Int     @id
  name  String  @default("x") @db.Text
  orders Order[]

  @@schema("auth")
}

model Order {
  id        Int      @id
  accountId Int
  account   Account  @relation(fields: [accountId], references: [id])
  state     State[]  @default([OPEN, CLOSED])
  price     Decimal  @db.Decimal(10, 2)
  code      String   @unique(map: "order_code")

  @@index([accountId])
  @@schema("shop")
}

enum State {
  OPEN
  CLOSED

  @@schema("shop")
}
"""

_SQL_SERVER = """\
datasource db {
  provider = "sqlserver"
}

model Account {
  id    Int     @id(clustered: false)
  name  String  @default("x", map: "df_name") @db.NVarChar(Max)
  orders Order[]
}

model Order {
  id        Int      @id
  accountId Int
  account   Account  @relation(fields: [accountId], references: [id], onDelete: NoAction, map: "fk_a")
  code      String   @unique(map: "order_code")

  @@unique([accountId, code], clustered: false)
  @@index([accountId(sort: Desc)])
}
"""

_COCKROACHDB = """\
datasource db {
  provider = "cockroachdb"
}

model Account {
  id    BigInt  @id @default(autoincrement())
  no    Int     @default(sequence(start: 10))
  data  Json    @db.JsonB
  at    DateTime @default(dbgenerated("now()")) @updatedAt

  @@index([data], type: Gin)
}
"""

_BLOG_ON_MYSQL = (
    _BLOG.replace('"postgresql"', '"mysql"')
    .replace("  tags     String[] @default([])\n", "")
    .replace("@db.Timestamptz(3)", "@db.DateTime(3)")
    .replace(" @db.Uuid", "")
    .replace(", type: Hash", "")
    .replace('\n  @@map("roles")\n', "")
)

SCHEMAS = {
    "postgresql": _BLOG,
    "schemas": _SHOP,
    "sqlserver": _SQL_SERVER,
    "cockroachdb": _COCKROACHDB,
    "mysql": _BLOG_ON_MYSQL,
    "sqlite": _BLOG_ON_MYSQL.replace('"mysql"', '"sqlite"')
    .replace(" @db.VarChar(191)", "")
    .replace(" @db.DateTime(3)", ""),
}

EDITS: dict[str, tuple[str, tuple[Edit, ...]]] = {
    "new model both sides": (
        "postgresql",
        (
            Edit(
                "enum Role {",
                "model Tag {\n  id    Int    @id\n  label String @unique\n  posts Post[]\n}\n\nenum Role {",
            ),
            Edit("  topics   Category[]\n", "  topics   Category[]\n  tags     Tag[]\n"),
        ),
    ),
    "rename model": (
        "postgresql",
        (
            Edit("model Category {", "model Topic {"),
            Edit("Category[]", "Topic[]"),
        ),
    ),
    "rename mapped model": (
        "postgresql",
        (
            Edit("model User {", "model Person {"),
            Edit("author   User ", "author   Person "),
            Edit("user   User ", "user   Person "),
        ),
    ),
    "rename field used": (
        "postgresql",
        (
            Edit("  title    String\n", "  heading  String\n"),
            Edit("@@index([title]", "@@index([heading]"),
        ),
    ),
    "rename key": (
        "postgresql",
        (
            Edit("  authorId Int ", "  writerId Int "),
            Edit("fields: [authorId]", "fields: [writerId]"),
            Edit("@@unique([authorId, slug])", "@@unique([writerId, slug])"),
        ),
    ),
    "drop relation": (
        "postgresql",
        (
            Edit("  user   User   @relation(fields: [userId], references: [id])\n", ""),
            Edit("  profile  Profile?\n", ""),
        ),
    ),
    "type change": (
        "postgresql",
        (
            Edit(
                'email    String   @unique @map("email_address") @db.VarChar(191)',
                'email    Int   @unique @map("email_address") @db.Integer',
            ),
        ),
    ),
    "enum value": (
        "postgresql",
        (
            Edit("  ADMIN\n", '  ADMIN\n  OWNER @map("owner")\n'),
            Edit("@default(READER)", "@default(OWNER)"),
        ),
    ),
    "enum value renamed": (
        "postgresql",
        (
            Edit("  READER\n", "  GUEST\n"),
            Edit("@default(READER)", "@default(GUEST)"),
        ),
    ),
    "new relation": (
        "postgresql",
        (
            Edit(
                '  bio    String @default("none")',
                '  bio    String @default("none")\n  postId String? @db.Uuid\n  post   Post? @relation(fields: [postId], references: [id], onDelete: SetNull)',
            ),
            Edit("  topics   Category[]\n", "  topics   Category[]\n  profiles Profile[]\n"),
        ),
    ),
    "default changed": ("postgresql", (Edit('@default("none")', "@default(dbgenerated(\"md5('x')\"))"),)),
    "map of a field": ("postgresql", (Edit("  slug     String\n", '  slug     String @map("slug_text")\n'),)),
    "map of a model": (
        "postgresql",
        (Edit("  name  String\n  posts Post[]\n", '  name  String\n  posts Post[]\n\n  @@map("categories")\n'),),
    ),
    "delete model": (
        "postgresql",
        (
            Edit(
                'model Profile {\n  userId Int    @id\n  bio    String @default("none")\n  user   User   @relation(fields: [userId], references: [id])\n}\n\n',
                "",
            ),
            Edit("  profile  Profile?\n", ""),
        ),
    ),
    "delete model other order": (
        "postgresql",
        (
            Edit("  profile  Profile?\n", ""),
            Edit(
                'model Profile {\n  userId Int    @id\n  bio    String @default("none")\n  user   User   @relation(fields: [userId], references: [id])\n}\n\n',
                "",
            ),
        ),
    ),
    "relation mode": ("schemas", (Edit('relationMode = "prisma"', 'relationMode = "foreignKeys"'),)),
    "schemas": (
        "schemas",
        (
            Edit('"auth"]', '"auth", "extra"]'),
            Edit('@@schema("auth")', '@@schema("extra")'),
        ),
    ),
    "native": ("mysql", (Edit("@db.DateTime(3)", "@db.Timestamp(0)"),)),
    "new model sqlite": (
        "sqlite",
        (
            Edit(
                "model Category {",
                "model Note {\n  id   Int @id @default(autoincrement())\n  text String?\n  @@index([text])\n}\n\nmodel Category {",
            ),
        ),
    ),
    "index options": (
        "sqlserver",
        (Edit("@@index([accountId(sort: Desc)])", '@@index([accountId, code(sort: Asc)], map: "i")'),),
    ),
    "seq": ("cockroachdb", (Edit("sequence(start: 10)", "sequence(start: 10, increment: 5)"),)),
    "conflict": (
        "postgresql",
        (Edit("  body     Json?\n", "<<<<<<< HEAD\n  body     Json?\n=======\n  body     Json\n>>>>>>> x\n"),),
    ),
    "comment out": (
        "postgresql",
        (Edit("model Category {\n  id    Int    @id", "/* model Category {\n  id    Int    @id"),),
    ),
}
