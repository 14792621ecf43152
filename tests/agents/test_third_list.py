"""A third list, written before a look at the code. docs/agents.md reports the first reading."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from refract.agents.event import Event, Moment
from refract.agents.judging import judge
from small_projects import commit, write

STOPPED = {
    'heredoc-psql': 'psql "$DATABASE_URL" <<\'SQL\'\nDROP TABLE "Order";\nSQL',
    'heredoc-execute': 'npx prisma db execute --stdin <<EOF2\nTRUNCATE "User" CASCADE;\nEOF2',
    'pipe-echo-psql': "echo 'DELETE FROM users;' | psql mydb",
    'pipe-cat-file': 'cat drop.sql | psql "$DATABASE_URL"',
    'npx-reset': 'npx -y prisma@7 migrate reset -f',
    'bunx': 'bunx --bun prisma db push --force-reset',
    'pnpm-dlx': 'pnpm dlx prisma migrate reset --force --skip-seed',
    'yarn-dlx': 'yarn dlx prisma db push --accept-data-loss',
    'pnpm-exec-filter': 'pnpm --filter @acme/db exec prisma migrate reset',
    'npm-exec': 'npm exec -- prisma migrate reset --force',
    'docker-exec': "docker exec -i pg psql -U postgres -c 'DROP DATABASE app;'",
    'docker-compose-exec': 'docker compose exec -T db psql -U app -d app -c "truncate table orders"',
    'kubectl-exec': 'kubectl exec -it deploy/api -n prod -- npx prisma migrate reset --force',
    'kubectl-psql': 'kubectl exec pg-0 -- sh -c \'psql -U postgres -c "drop schema public cascade"\'',
    'env-prefix': 'DATABASE_URL=postgres://prod/app npx prisma db push --accept-data-loss',
    'env-cmd': 'env CI=1 DATABASE_URL="$PROD" npx prisma migrate reset --force',
    'dotenv': 'npx dotenv -e .env.production -- npx prisma db push --force-reset',
    'sh-c': 'sh -c "cd api && npx prisma migrate reset --force"',
    'bash-lc': "bash -lc 'prisma db push --accept-data-loss --skip-generate'",
    'script-npm': 'npm run db:reset',
    'script-pnpm': 'pnpm db:nuke',
    'make': 'make resetdb',
    'cmd-exe': 'cmd /c "npx prisma migrate reset --force"',
    'powershell': 'powershell -Command "npx prisma db push --force-reset"',
    'pwsh-env': "$env:DATABASE_URL='postgres://x'; npx prisma migrate reset --force",
    'psql-f': 'psql "$DATABASE_URL" -f drop.sql',
    'execute-file': 'npx prisma db execute --file ./drop.sql --schema prisma/schema.prisma',
    'sqlite3': "sqlite3 prisma/dev.db 'DROP TABLE User;'",
    'wrangler': 'wrangler d1 execute my-db --remote --command "DROP TABLE users"',
    'supabase': 'supabase db reset --linked',
    'dropdb': 'dropdb --if-exists app_production',
    'rm-migrations': 'rm -rf prisma/migrations',
    'git-checkout-migrations': 'git checkout HEAD~3 -- prisma/migrations',
    'typeorm': 'npx typeorm schema:drop -d src/data-source.ts',
    'sequelize': 'npx sequelize-cli db:drop',
    'rails': 'bundle exec rails db:drop db:create',
    'mysql': 'mysql -u root -p$PW shop -e "DELETE FROM customers"',
    'mongosh': 'mongosh "$MONGO_URL" --eval \'db.dropDatabase()\'',
    'node-e': 'node -e "const {PrismaClient}=require(\'@prisma/client\');new PrismaClient().user.deleteMany().then(console.log)"',
    'tsx-raw': 'npx tsx -e "await prisma.\\$executeRawUnsafe(\'DROP TABLE \\"User\\"\')"',
    'docker-volume': 'docker compose down -v',
    'knex-rollback': 'npx knex migrate:rollback --all',
    'rm-db-file': 'rm prisma/dev.db',
    'subshell': '(cd packages/db && npx prisma migrate reset --force)',
    'xargs': 'echo reset | xargs npx prisma migrate --force',
    'ssh': "ssh deploy@prod 'cd /app && npx prisma migrate reset --force'",
    'python': 'python -c "import psycopg2; psycopg2.connect(\'\').cursor().execute(\'DROP TABLE users\')"',
    'powershell-rm': 'Remove-Item -Recurse -Force prisma\\\\migrations',
    'cmd-rmdir': 'rmdir /s /q prisma\\\\migrations',
    'del-move': 'mv prisma/migrations /tmp/old-migrations',
    'delete-migration-row': 'psql -c \'delete from "_prisma_migrations"\'',
    'find-delete': "find prisma/migrations -name '*.sql' -delete",
    'consent-env': 'PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION="yes" npx prisma migrate reset --force',
    'turso': 'turso db shell mydb "DROP TABLE users"',
    'pg-restore': 'pg_restore --clean --if-exists -d app backup.dump',
    'rm-config': 'rm refract.toml',
    'mv-config': 'mv refract.toml refract.toml.bak',
    'checkout-config': 'git checkout main -- refract.toml',
    'sed-config': "sed -i 's/error/off/' refract.toml",
    'echo-config': "echo '' > refract.toml",
}  # fmt: skip

LEFT_ALONE = {
    'generate': 'npx prisma generate',
    'generate-watch': 'pnpm exec prisma generate --watch',
    'format': 'bunx prisma format',
    'validate': 'yarn prisma validate',
    'studio': 'npx prisma studio --port 5556',
    'status': 'npx prisma migrate status',
    'version': 'npx prisma --version',
    'diff': 'npx prisma migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script',
    'diff-head': 'npx prisma migrate diff --from-empty --to-schema prisma/schema.prisma --script | head -50',
    'pull-print': 'npx prisma db pull --print',
    'help': 'npx prisma migrate reset --help',
    'help-push': 'npx prisma db push --help',
    'grep-reset': 'grep -rn "prisma migrate reset" .',
    'rg-drop': "rg -n 'DROP TABLE' prisma/migrations",
    'echo-advice': 'echo "never run prisma migrate reset --force"',
    'commit-message': 'git commit -m "docs: warn against prisma db push --accept-data-loss and DROP TABLE"',
    'commit-heredoc': "git commit -F - <<'EOF2'\nRemove the DROP TABLE step; migrate reset is no longer run\nEOF2",
    'gh-pr': 'gh pr create --title "Stop prisma migrate reset in CI" --body "It ran DROP DATABASE on staging."',
    'psql-select': 'psql "$DATABASE_URL" -c \'select count(*) from "User"\'',
    'psql-heredoc': 'psql "$DATABASE_URL" <<\'SQL\'\nSELECT id, "deletedAt" FROM "User" WHERE name = \'DROP TABLE x\';\nSQL',
    'psql-list': 'psql -l',
    'psql-explain': 'psql -c "EXPLAIN SELECT * FROM orders"',
    'psql-delete-where': 'psql -c "DELETE FROM sessions WHERE expires_at < now() - interval \'90 days\' AND id = 3"',
    'sqlite-schema': 'sqlite3 prisma/dev.db .schema',
    'sqlite-select': 'sqlite3 prisma/dev.db "select count(*) from User"',
    'docker-select': "docker exec pg psql -U postgres -c '\\\\dt'",
    'kubectl-get': 'kubectl get pods -n prod',
    'kubectl-status': 'kubectl exec deploy/api -- npx prisma migrate status',
    'wrangler-list': 'wrangler d1 migrations list my-db',
    'wrangler-select': 'wrangler d1 execute my-db --command "SELECT 1"',
    'supabase-status': 'supabase status',
    'supabase-diff': 'supabase db diff',
    'test': 'npm test',
    'test-vitest': 'pnpm vitest run tests/drop-table.test.ts',
    'make-test': 'make test',
    'dev': 'npm run dev',
    'cat-migration': 'cat prisma/migrations/20260101000000_drop_name/migration.sql',
    'ls': 'ls -la prisma/migrations',
    'git-status': 'git status --short prisma',
    'git-diff': 'git diff HEAD~1 -- prisma/migrations',
    'git-log': 'git log --oneline -- prisma/migrations/20250101000000_init/migration.sql',
    'git-show': 'git show HEAD:prisma/schema.prisma',
    'git-add': 'git add prisma/schema.prisma prisma/migrations && git commit -m "Add Customer.phone"',
    'git-branch': 'git checkout -b feature/drop-legacy',
    'git-stash-list': 'git stash list',
    'sed-read': "sed -n '1,80p' prisma/schema.prisma",
    'head': 'head -20 prisma/schema.prisma',
    'wc': 'wc -l prisma/schema.prisma',
    'heredoc-note': "cat > NOTES.md <<'EOF2'\nDo not run `npx prisma migrate reset`; it drops the database.\nEOF2",
    'heredoc-script-read': 'cat <<\'EOF2\'\nDROP TABLE "User";\nEOF2',
    'rm-client': 'rm -rf node_modules/.prisma',
    'rm-build': 'rm -rf dist .next coverage',
    'mkdir': 'mkdir -p prisma/migrations',
    'cp-schema': 'cp prisma/schema.prisma /tmp/schema.backup.prisma',
    'node-count': 'node -e "const {PrismaClient}=require(\'@prisma/client\');new PrismaClient().user.count().then(console.log)"',
    'tsc': 'npx tsc --noEmit',
    'eslint': 'npx eslint src --fix',
    'refract-check': 'refract check',
    'refract-plan': 'refract plan status',
    'refract-hook-doc': 'refract explain drop-column',
    'curl': 'curl -s https://www.prisma.io/docs/orm/prisma-migrate | grep -i reset',
    'ps': 'ps aux | grep psql',
    'pg-dump': 'pg_dump --clean --if-exists app > backup.sql',
    'pg-isready': 'docker compose exec db pg_isready -U app',
    'down': 'docker compose down',
    'up': 'docker compose up -d db',
    'redis': 'redis-cli ping',
    'jest-t': 'npx jest -t "deletes all rows with deleteMany"',
    'powershell-ls': 'powershell -Command "Get-ChildItem prisma\\\\migrations"',
    'cmd-type': 'cmd /c "type prisma\\\\schema.prisma"',
    'cat-config': 'cat refract.toml',
    'git-log-config': 'git log -- refract.toml',
    'mysql-show': 'mysql -u root shop -e "SHOW TABLES"',
    'mongosh-count': "mongosh --eval 'db.users.countDocuments()'",
    'awk': "awk '/^model/ {print $2}' prisma/schema.prisma",
    'python-read': 'python -c "print(open(\'prisma/schema.prisma\').read().count(\'model\'))"',
    'find-list': "find prisma/migrations -name '*.sql' -newer package.json",
    'jq': 'jq \'.scripts["db:reset"]\' package.json',
    'npm-ls': 'npm ls prisma @prisma/client',
    'sh-c-generate': 'sh -c "npx prisma generate && npm run build"',
    'docker-build': 'docker build -t api --build-arg DATABASE_URL=x .',
}  # fmt: skip

NOTHING_TO_STOP = {
    "the output of migrate diff while nothing is pending": "npx prisma migrate diff --from-config-datasource --to-schema prisma/schema.prisma --script | npx prisma db execute --stdin",
    "a commit that git does not know": "git reset --hard HEAD~2",
    "files that git does not track": "git clean -fdx prisma",
}  # fmt: skip


@pytest.fixture
def shop(quiet: Path) -> Path:
    """A project with settings, a database in a file, and scripts that destroy data under harmless names."""
    scripts = {
        "db:reset": "prisma migrate reset --force",
        "db:nuke": "psql \"$DATABASE_URL\" -c 'drop schema public cascade'",
        "dev": "next dev",
        "test": "vitest run",
        "build": "next build",
    }
    write(quiet, {
        "package.json": json.dumps({"name": "shop", "scripts": scripts}),
        "Makefile": "resetdb:\n\tnpx prisma migrate reset --force\n\ntest:\n\tnpm test\n",
        "drop.sql": 'DROP TABLE "User";\n',
        "refract.toml": '[rules]\ndrop-column = "error"\n',
        "prisma/dev.db": "",
        "prisma/plans/rename.toml": "",
    })  # fmt: skip
    commit(quiet)
    return quiet


@pytest.mark.parametrize("name", STOPPED)
def test_stopped_or_asked(name: str, shop: Path) -> None:
    assert judge(Event(Moment.COMMAND, shop, STOPPED[name])).decision is not None


@pytest.mark.parametrize("name", [*LEFT_ALONE, *NOTHING_TO_STOP])
def test_left_alone(name: str, shop: Path) -> None:
    verdict = judge(Event(Moment.COMMAND, shop, {**LEFT_ALONE, **NOTHING_TO_STOP}[name]))
    assert verdict.decision is None
    assert verdict.notes == ()


def test_a_reset_that_loses_applied_migrations(shop: Path) -> None:
    subprocess.run(["git", "rm", "-rqf", "prisma/migrations"], cwd=shop, check=True)
    commit(shop)
    subprocess.run(["git", "revert", "--no-edit", "HEAD"], cwd=shop, check=True, capture_output=True)
    assert judge(Event(Moment.COMMAND, shop, "git reset --hard HEAD~1")).decision is not None
    assert judge(Event(Moment.COMMAND, shop, "git reset --hard HEAD~2")).decision is None
    assert judge(Event(Moment.COMMAND, shop, "git checkout HEAD~1 -- prisma/migrations")).decision is not None
    for command in ("git reset --hard", "git reset HEAD~1", "git checkout -- prisma/migrations", "git restore prisma"):
        assert judge(Event(Moment.COMMAND, shop, command)).decision is None, command


DECIDED = (
    "rm refract.toml",
    "git rm refract.toml",
    "mv refract.toml /tmp/",
    "git checkout HEAD~1 refract.toml",
    "git restore --source=HEAD~3 refract.toml",
    "cp /tmp/loose.toml refract.toml",
    "sed -i 's/error/off/' refract.toml",
    "perl -pi -e 's/error/off/' refract.toml",
    "echo '{}' > refract-accepted.json",
    "tee refract.toml < loose.toml",
    "truncate -s 0 refract.toml",
    "rm -rf prisma/plans",
    "rm prisma/plans/rename.toml",
    "sed -i 's/open/done/' prisma/plans/rename.toml",
)
UNDECIDED = (
    "cat refract.toml",
    "cp refract.toml /tmp/refract.toml.bak",
    "git diff refract.toml",
    "git add refract.toml && git commit -m 'Change refract.toml'",
    "grep error refract.toml",
    "rm refract-accepted.json",
    "ls prisma/plans",
    "rm -rf docs/plans",
    "cat prisma/plans/rename.toml",
)


@pytest.mark.parametrize("command", DECIDED)
def test_files_that_the_person_decides_on(command: str, shop: Path) -> None:
    assert judge(Event(Moment.COMMAND, shop, command)).decision is not None


@pytest.mark.parametrize("command", UNDECIDED)
def test_files_that_are_only_read(command: str, shop: Path) -> None:
    assert judge(Event(Moment.COMMAND, shop, command)).decision is None
