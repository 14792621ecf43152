"""The SQL for SQL Server, change by change."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from writer.cases import Case, script

FRAME = """\
BEGIN TRY

BEGIN TRAN;

{steps}

COMMIT TRAN;

END TRY
BEGIN CATCH

IF @@TRANCOUNT > 0
BEGIN
    ROLLBACK TRAN;
END;
THROW

END CATCH
"""

EMPTY = "-- This is an empty migration."


def framed(steps: str) -> str:
    """`steps` in the transaction that every script for SQL Server stands in."""
    return FRAME.format(steps=dedent(steps).strip())


def user(*lines: str, key: str = "id Int @id") -> str:
    """The model User with `lines` under its key."""
    return "model User {\n" + indent("\n".join((key, *lines)), "  ") + "\n}\n"


def blog(optional: str = "", relation: str = "", key: str = "id Int @id", *lines: str) -> str:
    """The models User and Post, where Post has an author."""
    return user("posts Post[]", key=key) + (
        f"model Post {{\n  id Int @id\n  authorId Int{optional}\n"
        f"  author User{optional} @relation(fields: [authorId], references: [id]{relation})\n}}\n"
    )


ADD_FOREIGN_KEY = (
    "ALTER TABLE [dbo].[Post] ADD CONSTRAINT [Post_authorId_fkey] FOREIGN KEY ([authorId])"
    " REFERENCES [dbo].[User]([id]) ON DELETE {} ON UPDATE {};"
)

DROP_ALL_CONSTRAINTS = """\
DECLARE @SQL NVARCHAR(MAX) = N''
SELECT @SQL += N'ALTER TABLE '
    + QUOTENAME(OBJECT_SCHEMA_NAME(PARENT_OBJECT_ID))
    + '.'
    + QUOTENAME(OBJECT_NAME(PARENT_OBJECT_ID))
    + ' DROP CONSTRAINT '
    + OBJECT_NAME(OBJECT_ID) + ';'
FROM SYS.OBJECTS
WHERE TYPE_DESC LIKE '%CONSTRAINT'
    AND OBJECT_NAME(PARENT_OBJECT_ID) = 'User'
    AND SCHEMA_NAME(SCHEMA_ID) = 'dbo'
EXEC sp_executesql @SQL
;"""

CASES = [
    Case("nothing", user("a Int"), user("a Int"), EMPTY),
    Case(
        "create-table",
        "",
        """
        model User {
          id    Int      @id @default(autoincrement())
          email String   @unique
          name  String?  @db.NVarChar(50)
          bio   String   @db.NVarChar(Max)
          at    DateTime @default(now())
          day   DateTime @db.Date
          on    Boolean  @default(true)
          price Decimal  @default(1.50) @db.Decimal(10, 2)
          other Decimal
          big   BigInt   @default(0)
          ratio Float    @default(0.5)
          data  Bytes?
          key   String   @default(dbgenerated("newid()")) @db.UniqueIdentifier
          said  String   @default("it's", map: "said_default")

          @@unique([name, on])
          @@index([name(sort: Desc), at])
        }
        """,
        framed("""
        -- CreateTable
        CREATE TABLE [dbo].[User] (
            [id] INT NOT NULL IDENTITY(1,1),
            [email] NVARCHAR(1000) NOT NULL,
            [name] NVARCHAR(50),
            [bio] NVARCHAR(max) NOT NULL,
            [at] DATETIME2 NOT NULL CONSTRAINT [User_at_df] DEFAULT CURRENT_TIMESTAMP,
            [day] DATE NOT NULL,
            [on] BIT NOT NULL CONSTRAINT [User_on_df] DEFAULT 1,
            [price] DECIMAL(10,2) NOT NULL CONSTRAINT [User_price_df] DEFAULT 1.50,
            [other] DECIMAL(32,16) NOT NULL,
            [big] BIGINT NOT NULL CONSTRAINT [User_big_df] DEFAULT 0,
            [ratio] FLOAT(53) NOT NULL CONSTRAINT [User_ratio_df] DEFAULT 0.5,
            [data] VARBINARY(max),
            [key] UNIQUEIDENTIFIER NOT NULL CONSTRAINT [User_key_df] DEFAULT newid(),
            [said] NVARCHAR(1000) NOT NULL CONSTRAINT [said_default] DEFAULT 'it''s',
            CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id]),
            CONSTRAINT [User_email_key] UNIQUE NONCLUSTERED ([email]),
            CONSTRAINT [User_name_on_key] UNIQUE NONCLUSTERED ([name],[on])
        );

        -- CreateIndex
        CREATE NONCLUSTERED INDEX [User_name_at_idx] ON [dbo].[User]([name] DESC, [at]);
        """),
    ),
    Case(
        "create-table-with-clustered-index",
        "",
        "model T {\n  a Int\n  b Int\n  @@id([a, b(sort: Desc)], clustered: false)\n  @@index([b], clustered: true)\n}",
        framed("""
        -- CreateTable
        CREATE TABLE [dbo].[T] (
            [a] INT NOT NULL,
            [b] INT NOT NULL,
            CONSTRAINT [T_pkey] PRIMARY KEY NONCLUSTERED ([a],[b] DESC)
        );

        -- CreateIndex
        CREATE CLUSTERED INDEX [T_b_idx] ON [dbo].[T]([b]);
        """),
    ),
    Case(
        "create-table-with-relation",
        user(),
        blog(),
        framed(f"""
        -- CreateTable
        CREATE TABLE [dbo].[Post] (
            [id] INT NOT NULL,
            [authorId] INT NOT NULL,
            CONSTRAINT [Post_pkey] PRIMARY KEY CLUSTERED ([id])
        );

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("NO ACTION", "CASCADE")}
        """),
    ),
    Case(
        "drop-table",
        blog(),
        user(),
        framed("""
        -- DropForeignKey
        ALTER TABLE [dbo].[Post] DROP CONSTRAINT [Post_authorId_fkey];

        -- DropTable
        DROP TABLE [dbo].[Post];
        """),
    ),
    Case(
        "statements-of-one-table",
        user("a Int", "z Int", "keep Int", "n Int @default(1)"),
        user("keep Int?", "y Int", "b String?", "n Int @default(2)"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_n_df];
        ALTER TABLE [dbo].[User] ALTER COLUMN [keep] INT NULL;
        ALTER TABLE [dbo].[User] DROP COLUMN [a],
        [z];
        ALTER TABLE [dbo].[User] ADD CONSTRAINT [User_n_df] DEFAULT 2 FOR [n];
        ALTER TABLE [dbo].[User] ADD [b] NVARCHAR(1000),
        [y] INT NOT NULL;
        """),
    ),
    Case(
        "make-required",
        user("a Int?"),
        user("a Int"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] ALTER COLUMN [a] INT NOT NULL;
        """),
    ),
    Case(
        "set-default",
        user("a Int"),
        user("a Int @default(1)"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] ADD CONSTRAINT [User_a_df] DEFAULT 1 FOR [a];
        """),
    ),
    Case(
        "drop-default",
        user("a Int @default(1)"),
        user("a Int"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_a_df];
        """),
    ),
    # Prisma leaves the constraint, and SQL Server then refuses to drop its column.
    Case(
        "drop-column-with-default",
        user("a Int @default(1)"),
        user(),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_a_df];
        ALTER TABLE [dbo].[User] DROP COLUMN [a];
        """),
    ),
    # The same for a column whose type changes.
    Case(
        "type-of-a-column-with-default",
        user("a Int @default(1)"),
        user("a BigInt @default(1)"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_a_df];
        ALTER TABLE [dbo].[User] ALTER COLUMN [a] BIGINT NOT NULL;
        ALTER TABLE [dbo].[User] ADD CONSTRAINT [User_a_df] DEFAULT 1 FOR [a];
        """),
    ),
    Case(
        "castable-type",
        user("a Int"),
        user("a String"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] ALTER COLUMN [a] NVARCHAR(1000) NOT NULL;
        """),
    ),
    Case(
        "type-without-cast",
        user("a Int"),
        user("a DateTime"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] DROP COLUMN [a];
        ALTER TABLE [dbo].[User] ADD [a] DATETIME2 NOT NULL;
        """),
    ),
    Case(
        "type-of-an-indexed-column",
        user("a Int", "b Int @unique", "@@index([a])"),
        user("a BigInt", "b BigInt @unique", "@@index([a])"),
        framed("""
        -- DropIndex
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_b_key];

        -- DropIndex
        DROP INDEX [User_a_idx] ON [dbo].[User];

        -- AlterTable
        ALTER TABLE [dbo].[User] ALTER COLUMN [a] BIGINT NOT NULL;
        ALTER TABLE [dbo].[User] ALTER COLUMN [b] BIGINT NOT NULL;

        -- CreateIndex
        ALTER TABLE [dbo].[User] ADD CONSTRAINT [User_b_key] UNIQUE NONCLUSTERED ([b]);

        -- CreateIndex
        CREATE NONCLUSTERED INDEX [User_a_idx] ON [dbo].[User]([a]);
        """),
    ),
    Case(
        "indexes",
        user("a Int", "b Int", "@@index([a])", "@@unique([b])"),
        user("a Int", "b Int", "@@index([b])", "@@unique([a, b(sort: Desc)])"),
        framed("""
        -- DropIndex
        DROP INDEX [User_a_idx] ON [dbo].[User];

        -- DropIndex
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_b_key];

        -- CreateIndex
        CREATE NONCLUSTERED INDEX [User_b_idx] ON [dbo].[User]([b]);

        -- CreateIndex
        ALTER TABLE [dbo].[User] ADD CONSTRAINT [User_a_b_key] UNIQUE NONCLUSTERED ([a], [b] DESC);
        """),
    ),
    Case(
        "index-renamed",
        user("a Int", "@@index([a])"),
        user("a Int", '@@index([a], map: "by_a")'),
        framed("""
        -- RenameIndex
        EXEC SP_RENAME N'dbo.User.User_a_idx', N'by_a', N'INDEX';
        """),
    ),
    Case(
        "index-clustered",
        user("a Int", "@@index([a])", key="id Int @id(clustered: false)"),
        user("a Int", "@@index([a], clustered: true)", key="id Int @id(clustered: false)"),
        framed("""
        -- DropIndex
        DROP INDEX [User_a_idx] ON [dbo].[User];

        -- CreateIndex
        CREATE CLUSTERED INDEX [User_a_idx] ON [dbo].[User]([a]);
        """),
    ),
    Case(
        "foreign-key-renamed",
        blog(),
        blog("", ', map: "author"'),
        framed("""
        -- RenameForeignKey
        EXEC sp_rename 'dbo.Post_authorId_fkey', 'author', 'OBJECT';
        """),
    ),
    Case(
        "foreign-key-action",
        blog(),
        blog("", ", onDelete: Cascade"),
        framed(f"""
        -- DropForeignKey
        ALTER TABLE [dbo].[Post] DROP CONSTRAINT [Post_authorId_fkey];

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("CASCADE", "CASCADE")}
        """),
    ),
    Case(
        "primary-key-changed",
        "model T {\n  a Int\n  b Int\n  @@id([a])\n}",
        "model T {\n  a Int\n  b Int\n  @@id([a, b(sort: Desc)])\n}",
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[T] DROP CONSTRAINT [T_pkey];
        ALTER TABLE [dbo].[T] ADD CONSTRAINT [T_pkey] PRIMARY KEY CLUSTERED ([a],[b] DESC);
        """),
    ),
    Case(
        "primary-key-renamed",
        user(),
        user(key='id Int @id(map: "PK_User")'),
        framed("""
        -- AlterTable
        EXEC SP_RENAME N'dbo.User_pkey', N'PK_User';
        """),
    ),
    Case(
        "primary-key-clustering",
        user(),
        user(key="id Int @id(clustered: false)"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_pkey];
        ALTER TABLE [dbo].[User] ADD CONSTRAINT [User_pkey] PRIMARY KEY NONCLUSTERED ([id]);
        """),
    ),
    # Prisma adds the key before the column, and SQL Server refuses.
    Case(
        "primary-key-on-a-new-column",
        "model T {\n  a Int @id\n  c Int\n}",
        "model T {\n  a Int\n  b Int @id\n  c Int\n}",
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[T] DROP CONSTRAINT [T_pkey];
        ALTER TABLE [dbo].[T] ADD [b] INT NOT NULL;
        ALTER TABLE [dbo].[T] ADD CONSTRAINT [T_pkey] PRIMARY KEY CLUSTERED ([b]);
        """),
    ),
    Case(
        "primary-key-of-a-recreated-column",
        user("a Int"),
        user("a Int", key="id DateTime @id"),
        framed("""
        -- AlterTable
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_pkey];
        ALTER TABLE [dbo].[User] DROP COLUMN [id];
        ALTER TABLE [dbo].[User] ADD [id] DATETIME2 NOT NULL;
        ALTER TABLE [dbo].[User] ADD CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id]);
        """),
    ),
    Case(
        "identity-added",
        blog(),
        user("posts Post[]", "@@index([id])", key="id Int @id @default(autoincrement())")
        + blog()[len(user("posts Post[]")) :],
        framed(f"""
        -- DropForeignKey
        ALTER TABLE [dbo].[Post] DROP CONSTRAINT [Post_authorId_fkey];

        -- RedefineTables
        BEGIN TRANSACTION;
        {indent(DROP_ALL_CONSTRAINTS, " " * 8).strip()}
        CREATE TABLE [dbo].[_prisma_new_User] (
            [id] INT NOT NULL IDENTITY(1,1),
            CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id])
        );
        SET IDENTITY_INSERT [dbo].[_prisma_new_User] ON;
        IF EXISTS(SELECT * FROM [dbo].[User])
            EXEC('INSERT INTO [dbo].[_prisma_new_User] ([id]) SELECT [id] FROM [dbo].[User] WITH (holdlock tablockx)');
        SET IDENTITY_INSERT [dbo].[_prisma_new_User] OFF;
        DROP TABLE [dbo].[User];
        EXEC SP_RENAME N'dbo._prisma_new_User', N'User';
        CREATE NONCLUSTERED INDEX [User_id_idx] ON [dbo].[User]([id]);
        COMMIT;

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("NO ACTION", "CASCADE")}
        """),
    ),
    Case(
        "identity-removed",
        user("a Int", "b Int?", "@@index([a])", "@@unique([b])", key="id Int @id @default(autoincrement())"),
        user("a Int", "b Int", "c Int?"),
        framed(f"""
        -- RedefineTables
        BEGIN TRANSACTION;
        DROP INDEX [User_a_idx] ON [dbo].[User];
        ALTER TABLE [dbo].[User] DROP CONSTRAINT [User_b_key];
        {indent(DROP_ALL_CONSTRAINTS, " " * 8).strip()}
        CREATE TABLE [dbo].[_prisma_new_User] (
            [id] INT NOT NULL,
            [a] INT NOT NULL,
            [b] INT NOT NULL,
            [c] INT,
            CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id])
        );
        IF EXISTS(SELECT * FROM [dbo].[User])
            EXEC('INSERT INTO [dbo].[_prisma_new_User] ([a],[b],[id]) SELECT [a],[b],[id] FROM [dbo].[User] WITH (holdlock tablockx)');
        DROP TABLE [dbo].[User];
        EXEC SP_RENAME N'dbo._prisma_new_User', N'User';
        COMMIT;
        """),
    ),
    Case(
        "identity-removed-with-its-type",
        user("a Int", key="id Int @id @default(autoincrement())"),
        user("a Int", key="id String @id @db.UniqueIdentifier"),
        framed(f"""
        -- RedefineTables
        BEGIN TRANSACTION;
        {indent(DROP_ALL_CONSTRAINTS, " " * 8).strip()}
        CREATE TABLE [dbo].[_prisma_new_User] (
            [id] UNIQUEIDENTIFIER NOT NULL,
            [a] INT NOT NULL,
            CONSTRAINT [User_pkey] PRIMARY KEY CLUSTERED ([id])
        );
        IF EXISTS(SELECT * FROM [dbo].[User])
            EXEC('INSERT INTO [dbo].[_prisma_new_User] ([a],[id]) SELECT [a],[id] FROM [dbo].[User] WITH (holdlock tablockx)');
        DROP TABLE [dbo].[User];
        EXEC SP_RENAME N'dbo._prisma_new_User', N'User';
        COMMIT;
        """),
    ),
    Case(
        "models-of-a-relation-to-itself-do-not-cascade",
        user(),
        user('a User[] @relation("x")', 'b User[] @relation("x")'),
        framed("""
        -- CreateTable
        CREATE TABLE [dbo].[_x] (
            [A] INT NOT NULL,
            [B] INT NOT NULL,
            CONSTRAINT [_x_AB_unique] UNIQUE NONCLUSTERED ([A],[B])
        );

        -- CreateIndex
        CREATE NONCLUSTERED INDEX [_x_B_index] ON [dbo].[_x]([B]);

        -- AddForeignKey
        ALTER TABLE [dbo].[_x] ADD CONSTRAINT [_x_A_fkey] FOREIGN KEY ([A]) REFERENCES [dbo].[User]([id]) ON DELETE NO ACTION ON UPDATE NO ACTION;

        -- AddForeignKey
        ALTER TABLE [dbo].[_x] ADD CONSTRAINT [_x_B_fkey] FOREIGN KEY ([B]) REFERENCES [dbo].[User]([id]) ON DELETE NO ACTION ON UPDATE NO ACTION;
        """),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_script(case: Case) -> None:
    assert script(case, "sqlserver").strip() == case.text
