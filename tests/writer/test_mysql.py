"""The SQL for MySQL and MariaDB, change by change."""

from __future__ import annotations

import pytest

from writer.cases import Case, notices, script

USER = """
model User {
  id Int @id @default(autoincrement())
  %s
}
"""


def user(*lines: str, also: str = "") -> str:
    """The model User with `lines` under its id, and what stands `also` in the schema."""
    return USER % "\n  ".join(lines) + also


POST = """
model Post {
  id Int @id
  authorId Int%s
  author User%s @relation(fields: [authorId], references: [id]%s)
  %s
}
"""


def blog(optional: str = "", relation: str = "", *lines: str) -> str:
    """The models User and Post, where Post has an author."""
    return user("posts Post[]") + POST % (optional, optional, relation, "\n  ".join(lines))


ROLE = "\nenum Role {\n  %s\n}\n"


def role(*values: str) -> str:
    return ROLE % "\n  ".join(values)


ADD_FOREIGN_KEY = (
    "ALTER TABLE `Post` ADD CONSTRAINT `Post_authorId_fkey` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`)"
    " ON DELETE {} ON UPDATE CASCADE;"
)
TAIL = ") DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"

CASES = [
    Case("nothing", user("a Int"), user("a Int"), "-- This is an empty migration."),
    Case(
        "create-table",
        "",
        """
        model User {
          id    Int      @id @default(autoincrement())
          email String   @unique
          name  String?  @db.VarChar(50)
          bio   String   @db.Text
          at    DateTime @default(now())
          seen  DateTime @default(now()) @db.Timestamp(0)
          day   DateTime @db.Date
          on    Boolean  @default(true)
          price Decimal  @default(1.50) @db.Decimal(10, 2)
          big   BigInt   @default(0) @db.UnsignedBigInt
          ratio Float    @default(0.5)
          data  Bytes?
          meta  Json?
          kind  Kind     @default(B)
          key   String   @default(dbgenerated("(uuid())")) @db.Char(36)
          said  String   @default("it's")

          @@unique([name, on])
          @@index([name(length: 10, sort: Desc), at])
          @@fulltext([bio])
        }
        enum Kind {
          A
          B @map("b")
        }
        """,
        f"""
        -- CreateTable
        CREATE TABLE `User` (
            `id` INTEGER NOT NULL AUTO_INCREMENT,
            `email` VARCHAR(191) NOT NULL,
            `name` VARCHAR(50) NULL,
            `bio` TEXT NOT NULL,
            `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            `seen` TIMESTAMP(0) NOT NULL DEFAULT CURRENT_TIMESTAMP(0),
            `day` DATE NOT NULL,
            `on` BOOLEAN NOT NULL DEFAULT true,
            `price` DECIMAL(10, 2) NOT NULL DEFAULT 1.50,
            `big` BIGINT UNSIGNED NOT NULL DEFAULT 0,
            `ratio` DOUBLE NOT NULL DEFAULT 0.5,
            `data` LONGBLOB NULL,
            `meta` JSON NULL,
            `kind` ENUM('A', 'b') NOT NULL DEFAULT 'b',
            `key` CHAR(36) NOT NULL DEFAULT (uuid()),
            `said` VARCHAR(191) NOT NULL DEFAULT 'it''s',

            UNIQUE INDEX `User_email_key`(`email`),
            INDEX `User_name_at_idx`(`name`(10) DESC, `at`),
            UNIQUE INDEX `User_name_on_key`(`name`, `on`),
            FULLTEXT INDEX `User_bio_idx`(`bio`),
            PRIMARY KEY (`id`)
        {TAIL}
        """,
    ),
    Case(
        "create-table-without-indexes",
        "",
        "model T {\n  a Int @id\n}",
        f"""
        -- CreateTable
        CREATE TABLE `T` (
            `a` INTEGER NOT NULL,

            PRIMARY KEY (`a`)
        {TAIL}
        """,
    ),
    Case(
        "create-table-key-with-length-and-order",
        "",
        "model T {\n  a String @db.Text\n  b Int\n  @@id([a(length: 100), b(sort: Desc)])\n}",
        f"""
        -- CreateTable
        CREATE TABLE `T` (
            `a` TEXT NOT NULL,
            `b` INTEGER NOT NULL,

            PRIMARY KEY (`a`(100), `b` DESC)
        {TAIL}
        """,
    ),
    Case(
        "create-table-with-relation",
        user(),
        blog(),
        f"""
        -- CreateTable
        CREATE TABLE `Post` (
            `id` INTEGER NOT NULL,
            `authorId` INTEGER NOT NULL,

            PRIMARY KEY (`id`)
        {TAIL}

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("RESTRICT")}
        """,
    ),
    Case(
        "create-join-table",
        "model A {\n  id Int @id\n}\nmodel B {\n  id Int @id\n}",
        "model A {\n  id Int @id\n  bs B[]\n}\nmodel B {\n  id Int @id\n  as A[]\n}",
        f"""
        -- CreateTable
        CREATE TABLE `_AToB` (
            `A` INTEGER NOT NULL,
            `B` INTEGER NOT NULL,

            UNIQUE INDEX `_AToB_AB_unique`(`A`, `B`),
            INDEX `_AToB_B_index`(`B`)
        {TAIL}

        -- AddForeignKey
        ALTER TABLE `_AToB` ADD CONSTRAINT `_AToB_A_fkey` FOREIGN KEY (`A`) REFERENCES `A`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

        -- AddForeignKey
        ALTER TABLE `_AToB` ADD CONSTRAINT `_AToB_B_fkey` FOREIGN KEY (`B`) REFERENCES `B`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;
        """,
    ),
    Case(
        "drop-table",
        blog(),
        user(),
        """
        -- DropForeignKey
        ALTER TABLE `Post` DROP FOREIGN KEY `Post_authorId_fkey`;

        -- DropTable
        DROP TABLE `Post`;
        """,
    ),
    Case(
        "clauses-of-one-table",
        user("a Int", "z Int", "keep Int"),
        user("keep Int?", "y Int", "b String?"),
        """
        -- AlterTable
        ALTER TABLE `User` DROP COLUMN `a`,
            DROP COLUMN `z`,
            ADD COLUMN `b` VARCHAR(191) NULL,
            ADD COLUMN `y` INTEGER NOT NULL,
            MODIFY `keep` INTEGER NULL;
        """,
    ),
    Case(
        "add-column-with-default",
        user(),
        user('a String @default("x")'),
        """
        -- AlterTable
        ALTER TABLE `User` ADD COLUMN `a` VARCHAR(191) NOT NULL DEFAULT 'x';
        """,
    ),
    Case(
        "json-default-is-not-written",
        user(),
        user('a Json @default("{}")'),
        """
        -- AlterTable
        ALTER TABLE `User` ADD COLUMN `a` JSON NOT NULL;
        """,
    ),
    Case(
        "json-default-changes-nothing", user("a Json"), user('a Json @default("{}")'), "-- This is an empty migration."
    ),
    Case(
        "bytes-default-is-not-written",
        user(),
        user('a Bytes @default("aGk=") @db.VarBinary(5)'),
        """
        -- AlterTable
        ALTER TABLE `User` ADD COLUMN `a` VARBINARY(5) NOT NULL;
        """,
    ),
    Case(
        "bytes-default-changes-nothing",
        user("a Bytes @db.VarBinary(5)"),
        user('a Bytes @default("aGk=") @db.VarBinary(5)'),
        "-- This is an empty migration.",
    ),
    Case(
        "drop-column",
        user("a Int"),
        user(),
        """
        -- AlterTable
        ALTER TABLE `User` DROP COLUMN `a`;
        """,
    ),
    Case(
        "make-required",
        user("a Int?"),
        user("a Int"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `a` INTEGER NOT NULL;
        """,
    ),
    Case(
        "set-default",
        user("a Int"),
        user("a Int @default(1)"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `a` INTEGER NOT NULL DEFAULT 1;
        """,
    ),
    Case(
        "change-default",
        user("a Int? @default(1)"),
        user("a Int? @default(2)"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `a` INTEGER NULL DEFAULT 2;
        """,
    ),
    Case(
        "drop-default",
        user("a Int @default(1)"),
        user("a Int"),
        """
        -- AlterTable
        ALTER TABLE `User` ALTER COLUMN `a` DROP DEFAULT;
        """,
    ),
    Case(
        "drop-default-and-make-optional",
        user("a Int @default(1)"),
        user("a Int?"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `a` INTEGER NULL;
        """,
    ),
    Case(
        "now-default",
        user("a DateTime @db.DateTime(0)"),
        user("a DateTime @default(now()) @db.DateTime(0)"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `a` DATETIME(0) NOT NULL DEFAULT CURRENT_TIMESTAMP(0);
        """,
    ),
    Case(
        "add-autoincrement",
        "model T {\n  id Int @id\n}",
        "model T {\n  id Int @id @default(autoincrement())\n}",
        """
        -- AlterTable
        ALTER TABLE `T` MODIFY `id` INTEGER NOT NULL AUTO_INCREMENT;
        """,
    ),
    Case(
        "castable-type",
        user("a Int"),
        user("a String"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `a` VARCHAR(191) NOT NULL;
        """,
    ),
    Case(
        "type-without-cast",
        user("a Int", "b Int"),
        user("a DateTime", "b DateTime?"),
        """
        -- AlterTable
        ALTER TABLE `User` DROP COLUMN `a`,
            ADD COLUMN `a` DATETIME(3) NOT NULL,
            DROP COLUMN `b`,
            ADD COLUMN `b` DATETIME(3) NULL;
        """,
    ),
    # Prisma leaves the index, and MySQL refuses: it would give the new column's key the old one's length.
    Case(
        "indexed-type-without-cast",
        user("a Int", "@@index([a])"),
        user("a DateTime", "@@index([a])"),
        """
        -- DropIndex
        DROP INDEX `User_a_idx` ON `User`;

        -- AlterTable
        ALTER TABLE `User` DROP COLUMN `a`,
            ADD COLUMN `a` DATETIME(3) NOT NULL;

        -- CreateIndex
        CREATE INDEX `User_a_idx` ON `User`(`a`);
        """,
    ),
    Case("boolean-is-tinyint", user("a Boolean"), user("a Boolean @db.TinyInt"), "-- This is an empty migration."),
    Case(
        "enum-value-added",
        user("r Role @default(A)", also=role("A")),
        user("r Role @default(A)", also=role("A", "B")),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `r` ENUM('A', 'B') NOT NULL DEFAULT 'A';
        """,
    ),
    Case(
        "enum-value-removed-in-two-tables",
        user("r Role", also=role("A", "B") + "model T {\n  id Int @id\n  r Role?\n}\n"),
        user("r Role", also=role("A") + "model T {\n  id Int @id\n  r Role?\n}\n"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `r` ENUM('A') NOT NULL;

        -- AlterTable
        ALTER TABLE `T` MODIFY `r` ENUM('A') NULL;
        """,
    ),
    Case(
        "enum-values-reordered",
        user("r Role", also=role("A", "B")),
        user("r Role", also=role("B", "A")),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `r` ENUM('B', 'A') NOT NULL;
        """,
    ),
    Case(
        "enum-to-text",
        user("r Role", also=role("A")),
        user("r String"),
        """
        -- AlterTable
        ALTER TABLE `User` MODIFY `r` VARCHAR(191) NOT NULL;
        """,
    ),
    Case(
        "enum-renamed",
        user("r Role", also=role("A")),
        user("r Kind", also=role("A").replace("Role", "Kind")),
        "-- This is an empty migration.",
    ),
    Case("enum-dropped", user(also=role("A")), user(), "-- This is an empty migration."),
    Case(
        "indexes",
        user("a Int", "b String", "c Int", "@@index([c])"),
        user("a Int", "b String", "c Int", "@@index([a, b(sort: Desc)])", "@@unique([a])", "@@fulltext([b])"),
        """
        -- DropIndex
        DROP INDEX `User_c_idx` ON `User`;

        -- CreateIndex
        CREATE INDEX `User_a_b_idx` ON `User`(`a`, `b` DESC);

        -- CreateIndex
        CREATE UNIQUE INDEX `User_a_key` ON `User`(`a`);

        -- CreateIndex
        CREATE FULLTEXT INDEX `User_b_idx` ON `User`(`b`);
        """,
    ),
    Case(
        "index-renamed",
        user("a Int", "@@index([a])"),
        user("a Int", '@@index([a], map: "by_a")'),
        """
        -- RenameIndex
        ALTER TABLE `User` RENAME INDEX `User_a_idx` TO `by_a`;
        """,
    ),
    Case(
        "index-of-another-table-changed",
        user("a String", "@@index([a])"),
        user("a String", '@@index([a(length: 10)], map: "User_a_start")'),
        """
        -- DropIndex
        DROP INDEX `User_a_idx` ON `User`;

        -- CreateIndex
        CREATE INDEX `User_a_start` ON `User`(`a`(10));
        """,
    ),
    Case(
        "index-that-a-foreign-key-leans-on",
        blog("", "", "kind Int", "@@index([authorId, kind])"),
        blog("", "", "kind Int"),
        f"""
        -- DropForeignKey
        ALTER TABLE `Post` DROP FOREIGN KEY `Post_authorId_fkey`;

        -- DropIndex
        DROP INDEX `Post_authorId_kind_idx` ON `Post`;

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("RESTRICT")}
        """,
    ),
    Case(
        "dates-have-no-offset",
        "model A {\n  id Int @id\n}\n",
        "model A {\n  id Int @id\n"
        '  a DateTime @default("2021-05-06T07:08:09Z")\n'
        '  b DateTime @default("2021-05-06T07:08:09.5+02:00")\n'
        '  c DateTime @default("2021-05-06T00:00:00Z") @db.Date\n'
        '  d DateTime @default("1970-01-01T07:08:09Z") @db.Time(0)\n'
        "}\n",
        """
        -- AlterTable
        ALTER TABLE `A` ADD COLUMN `a` DATETIME(3) NOT NULL DEFAULT '2021-05-06 07:08:09',
            ADD COLUMN `b` DATETIME(3) NOT NULL DEFAULT '2021-05-06 05:08:09.500',
            ADD COLUMN `c` DATE NOT NULL DEFAULT '2021-05-06',
            ADD COLUMN `d` TIME(0) NOT NULL DEFAULT '07:08:09';
        """,
    ),
    Case(
        "bytes-in-bits-have-no-default",
        "model A {\n  id Int @id\n}\n",
        'model A {\n  id Int @id\n  a Bytes @default("aGk=") @db.Bit(16)\n  b Boolean @default(true) @db.Bit(1)\n}\n',
        """
        -- AlterTable
        ALTER TABLE `A` ADD COLUMN `a` BIT(16) NOT NULL,
            ADD COLUMN `b` BIT(1) NOT NULL DEFAULT true;
        """,
    ),
    Case(
        "index-that-the-foreign-key-would-make-itself",
        blog("", "", "@@index([authorId])"),
        blog(),
        f"""
        -- DropForeignKey
        ALTER TABLE `Post` DROP FOREIGN KEY `Post_authorId_fkey`;

        -- DropIndex
        DROP INDEX `Post_authorId_idx` ON `Post`;

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("RESTRICT")}
        """,
    ),
    Case(
        "index-of-a-foreign-key-keeps-its-name-and-gets-other-columns",
        blog("", "", '@@index([authorId], map: "x")'),
        blog("", "", '@@index([authorId, id], map: "x")'),
        f"""
        -- DropForeignKey
        ALTER TABLE `Post` DROP FOREIGN KEY `Post_authorId_fkey`;

        -- DropIndex
        DROP INDEX `x` ON `Post`;

        -- CreateIndex
        CREATE INDEX `x` ON `Post`(`authorId`, `id`);

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("RESTRICT")}
        """,
    ),
    Case(
        "foreign-key-renamed",
        blog(),
        blog("", ', map: "author"'),
        """
        -- DropForeignKey
        ALTER TABLE `Post` DROP FOREIGN KEY `Post_authorId_fkey`;

        -- AddForeignKey
        ALTER TABLE `Post` ADD CONSTRAINT `author` FOREIGN KEY (`authorId`) REFERENCES `User`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
        """,
    ),
    Case(
        "foreign-key-action",
        blog(),
        blog("", ", onDelete: Cascade"),
        f"""
        -- DropForeignKey
        ALTER TABLE `Post` DROP FOREIGN KEY `Post_authorId_fkey`;

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("CASCADE")}
        """,
    ),
    Case(
        "foreign-key-column-made-required",
        blog("?", ", onDelete: Cascade"),
        blog("", ", onDelete: Cascade"),
        f"""
        -- DropForeignKey
        ALTER TABLE `Post` DROP FOREIGN KEY `Post_authorId_fkey`;

        -- AlterTable
        ALTER TABLE `Post` MODIFY `authorId` INTEGER NOT NULL;

        -- AddForeignKey
        {ADD_FOREIGN_KEY.format("CASCADE")}
        """,
    ),
    Case(
        "primary-key-changed",
        "model T {\n  a Int\n  b Int\n  @@id([a])\n}",
        "model T {\n  a Int\n  b Int\n  @@id([a, b])\n}",
        """
        -- AlterTable
        ALTER TABLE `T` DROP PRIMARY KEY,
            ADD PRIMARY KEY (`a`, `b`);
        """,
    ),
    Case(
        "primary-key-type-changed",
        "model T {\n  id Int @id @default(autoincrement())\n}",
        "model T {\n  id BigInt @id @default(autoincrement())\n}",
        """
        -- AlterTable
        ALTER TABLE `T` DROP PRIMARY KEY,
            MODIFY `id` BIGINT NOT NULL AUTO_INCREMENT,
            ADD PRIMARY KEY (`id`);
        """,
    ),
    Case(
        "model-renamed",
        "model Old {\n  id Int @id\n}",
        "model New {\n  id Int @id\n}",
        f"""
        -- DropTable
        DROP TABLE `Old`;

        -- CreateTable
        CREATE TABLE `New` (
            `id` INTEGER NOT NULL,

            PRIMARY KEY (`id`)
        {TAIL}
        """,
    ),
    # Prisma leaves out the parentheses where the schema does, and MySQL refuses (MariaDB does not).
    Case(
        "expression-as-a-default",
        user("d DateTime"),
        user(
            'a String @default(dbgenerated("uuid()"))',
            'b Int @default(dbgenerated("(1) + (2)"))',
            'c DateTime @default(dbgenerated("CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"))',
            'd DateTime @default(dbgenerated("(now() + interval 1 day)"))',
        ),
        """
        -- AlterTable
        ALTER TABLE `User` ADD COLUMN `a` VARCHAR(191) NOT NULL DEFAULT (uuid()),
            ADD COLUMN `b` INTEGER NOT NULL DEFAULT ((1) + (2)),
            ADD COLUMN `c` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
            MODIFY `d` DATETIME(3) NOT NULL DEFAULT (now() + interval 1 day);
        """,
    ),
    # Prisma leaves the backslash as it is; MySQL would read it as an escape and make a tab of it.
    Case(
        "backslash-in-a-default",
        user(),
        user(r'a String @default("C:\\temp")'),
        r"""
        -- AlterTable
        ALTER TABLE `User` ADD COLUMN `a` VARCHAR(191) NOT NULL DEFAULT 'C:\\temp';
        """,
    ),
]

NOTICES = [
    Case(
        "required-column",
        user("a Int", "b Int?", "c Int"),
        user("b Int", "c Int?", "d Int", "e DateTime @default(now())"),
        """
        - You are about to drop the column `a` on the `User` table. All the data in the column will be lost.
        - Added the required column `d` to the `User` table without a default value. This is not possible if the table is not empty.
        - Made the column `b` on table `User` required. This step will fail if there are existing NULL values in that column.
        """,
    ),
    Case(
        "risky-cast",
        user("a Int"),
        user("a Decimal"),
        """
        - You are about to alter the column `a` on the `User` table. The data in that column could be lost. The data in that column will be cast from `Int` to `Decimal(65,30)`.
        """,
    ),
    Case(
        "risky-cast-of-a-boolean",
        user("a Boolean"),
        user("a String @db.LongText"),
        """
        - You are about to alter the column `a` on the `User` table. The data in that column could be lost. The data in that column will be cast from `TinyInt` to `LongText`.
        """,
    ),
    Case(
        "risky-cast-made-required-only-says-so",
        user("a Int?"),
        user("a Decimal"),
        """
        - Made the column `a` on table `User` required. This step will fail if there are existing NULL values in that column.
        """,
    ),
    Case("only-the-default", user("a Int @default(1)"), user("a Int @default(2)"), ""),
    Case("enum-value-added", user("r Role", also=role("A")), user("r Role", also=role("A", "B")), ""),
    Case(
        "enum-value-removed",
        user("r Role", also=role("A", "B", "C")),
        user("r Role", also=role("A")),
        """
        - The values [B,C] on the enum `User_r` will be removed. If these variants are still used in the database, this will fail.
        """,
    ),
    Case(
        "no-cast",
        user("a Int", "b Int?", "c Int?"),
        user("a DateTime", "b DateTime?", "c DateTime"),
        """
        - The `b` column on the `User` table would be dropped and recreated. This will lead to data loss if there is data in the column.
        - Changed the type of `a` on the `User` table. No cast exists, the column would be dropped and recreated, which cannot be done if there is data, since the column is required.
        - Added the required column `c` to the `User` table without a default value. This is not possible if the table is not empty.
        """,
    ),
    Case(
        "unique",
        user("a Int", "b Int"),
        user("a Int", "b Int", "@@unique([a, b])"),
        """
        - A unique constraint covering the columns `[a,b]` on the table `User` will be added. If there are existing duplicate values, this will fail.
        """,
    ),
    Case(
        "primary-key",
        "model T {\n  a Int @id\n  b Int\n}",
        "model T {\n  a Int\n  b Int @id\n}",
        """
        - The primary key for the `T` table will be changed. If it partially fails, the table could be left without primary key constraint.
        """,
    ),
    Case(
        "table",
        blog(),
        user(),
        """
        - You are about to drop the `Post` table. If the table is not empty, all the data it contains will be lost.
        """,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_script(case: Case) -> None:
    assert script(case, "mysql").strip() == case.text


@pytest.mark.parametrize("case", NOTICES, ids=str)
def test_notices(case: Case) -> None:
    assert notices(case, "mysql") == case.text.splitlines()
