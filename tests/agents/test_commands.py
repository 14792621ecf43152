"""Commands that destroy data are stopped or asked about, and others are left alone.

The first ones are those of public reports of lost databases, by agents that meant well.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.conftest import APPLIED
from refract.agents.event import Event, Moment
from refract.agents.judging import judge
from refract.agents.verdict import Decision, Verdict
from small_projects import write

DESTRUCTIVE = (
    # as they were run
    "npx prisma migrate reset --force",
    "npx prisma db push --force-reset",
    "npx prisma db push --accept-data-loss",
    "npx prisma db push --force-reset --accept-data-loss --skip-generate",
    "DATABASE_URL=$PROD_URL npx prisma migrate reset --force --skip-seed",
    "supabase db reset",
    "npx supabase db reset --linked",
    "cd packages/db && pnpm prisma migrate reset -f",
    "PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION='yes' npx prisma migrate reset --force",
    # other ways to start it
    "prisma migrate reset",
    "pnpm exec prisma migrate reset",
    "pnpm dlx prisma@6.19 migrate reset",
    "yarn prisma migrate reset --force",
    "yarn workspace @shop/api prisma migrate reset",
    "pnpm --filter api exec prisma db push --force-reset",
    "bunx --bun prisma migrate reset",
    "npm exec -- prisma migrate reset",
    "./node_modules/.bin/prisma migrate reset",
    "node node_modules/prisma/build/index.js migrate reset --force",
    "npx -y prisma@latest --schema prisma/schema.prisma migrate reset",
    "npx dotenv -e .env.production -- npx prisma db push --accept-data-loss",
    "doppler run -- npx prisma migrate reset",
    "sudo -u app env NODE_ENV=production npx prisma migrate reset",
    "docker compose exec -T api npx prisma migrate reset --force",
    "kubectl exec deploy/api -- npx prisma migrate reset --force",
    "ssh prod 'cd /app && npx prisma migrate reset --force'",
    'sh -c "npx prisma migrate reset --force"',
    "bash -lc 'cd api; npx prisma db push --accept-data-loss'",
    "npm test && npx prisma migrate reset --force",
    "npx prisma migrate reset --force || true",
    "(npx prisma migrate reset)",
    "if [ -f .env ]; then npx prisma migrate reset; fi",
    "echo y | npx prisma migrate reset",
    "yes | npx prisma db push --accept-data-loss > log.txt 2>&1 &",
    "OUT=$(npx prisma migrate reset --force)",
    "npx prisma \\\n  migrate reset \\\n  --force",
    "timeout 60 npx prisma migrate reset",
    "npm run db:reset",
    "npm run db:wipe",
    "yarn db:reset",
    "pnpm run test:db",
    "pnpm --filter @shop/api nuke",
    "make reset",
    "bash reset.sh",
    "./reset.sh",
    # SQL
    'psql "$DATABASE_URL" -c \'DROP TABLE "User" CASCADE\'',
    'psql -c "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"',
    'psql -c "delete from users"',
    "psql <<'SQL'\nUPDATE users SET active = false;\nSQL",
    "echo 'TRUNCATE users' | psql $DATABASE_URL",
    "psql -f wipe.sql",
    "psql < wipe.sql",
    "cat wipe.sql | psql",
    "npx prisma db execute --file wipe.sql --schema prisma/schema.prisma",
    "echo 'DROP TABLE users;' | npx prisma db execute --stdin",
    "cat > /tmp/x.sql <<'E'\nALTER TABLE users DROP COLUMN email;\nE\nnpx prisma db execute --file /tmp/x.sql",
    'mysql -u root shop -e "DROP DATABASE shop"',
    'docker exec -i db mysql -uroot -psecret -e "TRUNCATE TABLE orders"',
    "sqlite3 prisma/dev.db 'DELETE FROM User;'",
    "docker compose exec db psql -U app -c 'delete from sessions where true'",
    "dropdb shop",
    "wrangler d1 execute shop --remote --command 'DROP TABLE users'",
    'mongosh "$URL" --eval "db.dropDatabase()"',
    "node -e \"new (require('@prisma/client').PrismaClient)().user.deleteMany()\"",
    'npx tsx -e "await prisma.$executeRawUnsafe(`TRUNCATE TABLE users`)"',
    # the record of migrations, and findings
    "npx prisma migrate resolve --applied 20240101000000_init",
    "rm -rf prisma/migrations",
    "rm -rf ./prisma/migrations/*",
    "git rm -r prisma/migrations/20240101000000_init",
    f"sed -i 's/TEXT/INTEGER/' {APPLIED}",
    f"echo 'SELECT 1;' > {APPLIED}",
    "refract check --accept",
    "refract plan next --force",
)

BLIND = (
    "npx prisma migrate dev",
    "npx prisma migrate dev --name rename_email",
    "pnpm prisma db push",
    "npx prisma migrate diff --from-migrations prisma/migrations --to-schema-datamodel prisma/schema.prisma --script"
    " | npx prisma db execute --stdin",
    "npm ci && npx prisma migrate dev -n x && npm start",
)

HARMLESS = (
    "npx prisma generate",
    "npx prisma generate --watch",
    "npx prisma studio",
    "npx prisma format",
    "npx prisma validate",
    "npx prisma migrate status",
    "npx prisma migrate reset --help",
    "npx prisma db pull",
    "npx prisma db pull --print",
    "npx prisma db seed",
    "npx prisma migrate diff --from-empty --to-schema-datamodel prisma/schema.prisma --script",
    "npx prisma --version",
    "npx prisma init",
    "npm install prisma @prisma/client",
    "pnpm add -D prisma",
    "yarn add prisma",
    "npm view prisma versions",
    "npm run build",
    "npm run dev",
    "npm test",
    "yarn test",
    "pnpm lint",
    "npm run lint -- --fix",
    "make test",
    "ls prisma/migrations",
    "cat prisma/schema.prisma",
    f"cat {APPLIED}",
    "grep -rn 'migrate reset' .",
    "rg \"prisma migrate reset --force\" docs",
    "echo 'never run prisma migrate reset'",
    "echo never run prisma migrate reset",
    "git commit -m 'Explain prisma migrate reset --force'",
    "git commit -F - <<'E'\nnpx prisma migrate reset drops everything\nE",
    "git checkout prisma/schema.prisma",
    "git log --oneline -- prisma/migrations",
    "git diff prisma/migrations",
    "gh pr create --title 'Drop table users' --body 'DROP TABLE users;'",
    "cat > docs/reset.md <<'E'\nRun `prisma migrate reset`.\nDROP TABLE users;\nE",
    "psql -c 'SELECT 1'",
    "psql $DATABASE_URL -c '\\dt'",
    "psql -c \"DELETE FROM sessions WHERE expires_at < now()\"",
    "psql -c \"UPDATE users SET active = true WHERE id = 1\"",
    "psql -c \"INSERT INTO notes VALUES ('DROP TABLE users')\"",
    "psql -c 'BEGIN; DELETE FROM users; ROLLBACK;'",
    "psql -c 'EXPLAIN DELETE FROM users'",
    "psql -f look.sql",
    "sqlite3 prisma/dev.db .schema",
    "sqlite3 prisma/dev.db 'SELECT * FROM User'",
    "mysql -e 'SHOW TABLES'",
    "pg_dump shop > backup.sql",
    "gunzip -c backup.sql.gz | psql",
    "createdb shop_test",
    "docker compose up -d db",
    "docker compose down",
    "rm -rf node_modules dist",
    "rm -rf node_modules/.prisma",
    "mkdir -p prisma/migrations/20990101000000_next",
    "mongosh --eval 'db.users.find()'",
    "node -e \"console.log(1)\"",
    "refract check",
    "refract plan new rename-field User.email to=mail how=trigger",
    "refract plan next",
    "refract rollback",
    "npx supabase start",
    "npx supabase db diff",
    "",
    "   ",
    "# npx prisma migrate reset",
)  # fmt: skip


def verdict_on(command: str, folder: Path) -> Verdict:
    return judge(Event(Moment.COMMAND, folder, command))


@pytest.mark.parametrize("command", DESTRUCTIVE)
def test_what_destroys_is_put_to_the_user(command: str, quiet: Path) -> None:
    verdict = verdict_on(command, quiet)
    assert verdict.decision is Decision.ASK
    assert verdict.reasons
    assert verdict.notes == ()


@pytest.mark.parametrize("command", BLIND)
def test_a_pending_error_is_not_applied(command: str, renamed: Path) -> None:
    verdict = verdict_on(command, renamed)
    assert verdict.decision is Decision.DENY
    assert "refract plan new rename-field User.email to=mail" in verdict.reasons[0]


@pytest.mark.parametrize("command", [*HARMLESS, *BLIND, "npx prisma migrate deploy", "npm run migrate"])
def test_others_are_left_alone(command: str, quiet: Path) -> None:
    assert verdict_on(command, quiet) == Verdict()


@pytest.mark.parametrize("command", HARMLESS)
def test_others_are_left_alone_while_an_error_is_pending(command: str, renamed: Path) -> None:
    assert verdict_on(command, renamed) == Verdict()


def test_a_deploy_stops_at_an_error_in_a_new_migration(quiet: Path) -> None:
    write(quiet, {"prisma/migrations/20990101000000_next/migration.sql": 'ALTER TABLE "User" DROP COLUMN "email";'})
    for command in (
        "npx prisma migrate deploy",
        "npm run migrate",
        "supabase db push",
        "cd prisma && prisma migrate deploy",
    ):
        verdict = verdict_on(command, quiet)
        assert verdict.decision is Decision.DENY, command
        assert "drop-column" in verdict.reasons[0]


def test_a_deploy_does_not_wait_for_the_schema(renamed: Path) -> None:
    assert verdict_on("npx prisma migrate deploy", renamed) == Verdict()


def test_a_migration_that_is_only_created_is_context(renamed: Path) -> None:
    verdict = verdict_on("npx prisma migrate dev --create-only", renamed)
    assert verdict.decision is None
    assert "field-rename-as-drop-add" in verdict.context[0]


def test_the_danger_behind_a_reset_has_a_name(renamed: Path) -> None:
    text = "\n".join(verdict_on("npx prisma migrate reset --force", renamed).reasons)
    assert "drops the whole database" in text
    assert "refract plan new rename-field User.email to=mail" in text


def test_a_migration_that_is_not_applied_may_be_removed(quiet: Path) -> None:
    write(quiet, {"prisma/migrations/20990101000000_next/migration.sql": "SELECT 1;"})
    assert verdict_on("rm -rf prisma/migrations/20990101000000_next", quiet) == Verdict()
    assert verdict_on("echo 'SELECT 2;' > prisma/migrations/20990101000000_next/migration.sql", quiet) == Verdict()


@pytest.mark.parametrize(("setting", "decision"), [("ask", Decision.ASK), ("deny", Decision.DENY), ("off", None)])
def test_the_settings_decide(setting: str, decision: Decision | None, quiet: Path) -> None:
    write(quiet, {"refract.toml": f'[agents]\ncommands = "{setting}"\n'})
    assert verdict_on("npx prisma migrate reset", quiet).decision is decision


def test_settings_that_cannot_be_read_count_as_none(quiet: Path) -> None:
    write(quiet, {"refract.toml": "commands = "})
    verdict = verdict_on("npx prisma migrate reset", quiet)
    assert verdict.decision is Decision.ASK
    assert any("refract.toml" in note for note in verdict.notes)


def test_nobody_is_asked_if_nobody_is_there(quiet: Path) -> None:
    event = Event(Moment.COMMAND, quiet, "npx prisma migrate reset", is_unattended=True)
    assert judge(event).decision is Decision.DENY
