"""PostgreSQL: a new table, view or column gets what hangs on the old one, as the server holds it when the migration runs.

Rights, owners, policies and comments are often made by hand, on each server differently. No history of migrations knows
them all, so each statement here reads the catalog and repeats what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable

from refract.escaping import dollar_quoted, sql_comment
from refract.providers.base import quote_string
from refract.schema.model import QualifiedName

_ROLE = "CASE found.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(found.grantee)) END"
_OPTION = "CASE WHEN found.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"


def runs_as_owner(function: str) -> str:
    """Lets a trigger function write what the app's role may not, and nobody else use it.

    Its names mean what they mean to this migration, and never a temporary table of the session that fires the trigger.
    """
    about = "The function has its owner's rights: the app's role may have none on the other table."
    block = f"""\
BEGIN
  EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %s', {_function(function)},
    concat_ws(', ', nullif(current_setting('search_path'), ''), 'pg_temp'));
  EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', {_function(function)});
END"""
    return f"{sql_comment(about)}DO {dollar_quoted(block)}"


def table_rights(old: str, new: str, names: tuple[QualifiedName, QualifiedName]) -> str:
    """The new table gets owner, rights, row level security, policies, comments and parameters of the old one."""
    about = f"{names[1].name} gets what {names[0].name} has: owner, rights, row level security, comments."
    return _block(about, old, new, (_OWNER, _RIGHTS, _COLUMN_RIGHTS, _ROW_SECURITY, _COMMENTS, _STORAGE))


def view_rights(table: str, view: str, names: tuple[QualifiedName, QualifiedName]) -> str:
    """The view gets owner and rights of the table, and reads it with the rights of the role that uses the view."""
    about = f"The view {names[1].name} gets the owner and rights of {names[0].name}, and obeys its row level security."
    return _block(about, table, view, (_OWNER, _RIGHTS, _COLUMN_RIGHTS, _INVOKER))


def join_rights(child: str, join: str, names: tuple[QualifiedName, QualifiedName], on: tuple[str, str]) -> str:
    """Who may read rows of the child may read its links, and who may write them may write its links. `on` are the key of
    the child, and the column of the join table that holds it.
    """
    about = f"Roles get the rights on {names[1].name} that they have on {names[0].name}, for the rows that they see."
    key, column = on
    policy = f"""\
  IF (SELECT relrowsecurity FROM pg_class WHERE oid = old) THEN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', new);
    EXECUTE format('CREATE POLICY "links_of_visible_rows" ON %s USING (EXISTS (SELECT 1 FROM %s AS child WHERE child.%I = %s.%I))',
      new, old, {quote_string(key)}, new, {quote_string(column)});
  END IF;
"""
    return _block(about, child, join, (_OWNER, _LINK_RIGHTS, policy))


def column_rights(table: str, olds: Iterable[str], new: str, about: tuple[str, str]) -> str:
    """The new column gets rights, comment and statistics target of the old ones."""
    listed = ", ".join(map(quote_string, olds))
    block = f"""\
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT DISTINCT p.grantee, p.privilege_type, p.is_grantable FROM pg_attribute AS a, aclexplode(a.attacl) AS p
    WHERE a.attrelid = {_relation(table)} AND a.attname IN ({listed})
  LOOP
    EXECUTE format('GRANT %s (%I) ON %s TO %s%s', found.privilege_type, {quote_string(new)}, {_relation(table)},
      {_ROLE}, {_OPTION});
  END LOOP;
  FOR found IN
    SELECT col_description(a.attrelid, a.attnum) AS text, a.attstattarget AS target FROM pg_attribute AS a
    WHERE a.attrelid = {_relation(table)} AND a.attname IN ({listed})
  LOOP
    IF found.text IS NOT NULL THEN
      EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', {_relation(table)}, {quote_string(new)}, found.text);
    END IF;
    IF found.target >= 0 THEN
      EXECUTE format('ALTER TABLE %s ALTER %I SET STATISTICS %s', {_relation(table)}, {quote_string(new)}, found.target);
    END IF;
  END LOOP;
END"""
    head = f"{about[1]} gets what {about[0]} has: rights, comment, statistics."
    return f"{sql_comment(head)}DO {dollar_quoted(block)}"


def _block(about: str, old: str, new: str, parts: Iterable[str]) -> str:
    block = f"""\
DECLARE
  old CONSTANT regclass := {_relation(old)};
  new CONSTANT regclass := {_relation(new)};
  found record;
BEGIN
{"".join(parts)}END"""
    return f"{sql_comment(about)}DO {dollar_quoted(block)}"


def _relation(name: str) -> str:
    return f"{quote_string(name)}::regclass"


def _function(name: str) -> str:
    return f"{quote_string(f'{name}()')}::regprocedure"


_OWNER = """\
  FOR found IN
    SELECT c.relowner FROM pg_class AS c WHERE c.oid = old
    AND c.relowner <> (SELECT n.relowner FROM pg_class AS n WHERE n.oid = new)
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', new, pg_get_userbyid(found.relowner));
  END LOOP;
"""
_RIGHTS = f"""\
  FOR found IN
    SELECT DISTINCT p.grantee FROM pg_class AS c, aclexplode(c.relacl) AS p WHERE c.oid = new AND p.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %s', new, {_ROLE});
  END LOOP;
  FOR found IN SELECT p.* FROM pg_class AS c, aclexplode(c.relacl) AS p WHERE c.oid = old AND p.grantee <> c.relowner LOOP
    EXECUTE format('GRANT %s ON %s TO %s%s', found.privilege_type, new, {_ROLE}, {_OPTION});
  END LOOP;
"""
_COLUMN_RIGHTS = f"""\
  FOR found IN SELECT a.attname, p.* FROM pg_attribute AS a, aclexplode(a.attacl) AS p WHERE a.attrelid = old LOOP
    EXECUTE format('GRANT %s (%I) ON %s TO %s%s', found.privilege_type, found.attname, new, {_ROLE}, {_OPTION});
  END LOOP;
"""
_LINKS = """\
      (VALUES ('SELECT', 'SELECT'), ('INSERT', 'INSERT'), ('UPDATE', 'INSERT'), ('UPDATE', 'UPDATE'), ('UPDATE', 'DELETE'))
      AS link (given, privilege)
"""
_LINK_RIGHTS = f"""\
  FOR found IN
    SELECT DISTINCT p.grantee, link.privilege FROM pg_class AS c, aclexplode(c.relacl) AS p,
{_LINKS}    WHERE c.oid = old AND p.grantee <> c.relowner AND p.privilege_type = link.given
    UNION SELECT DISTINCT p.grantee, link.privilege FROM pg_attribute AS a, aclexplode(a.attacl) AS p,
{_LINKS}    WHERE a.attrelid = old AND p.privilege_type = link.given
  LOOP
    EXECUTE format('GRANT %s ON %s TO %s', found.privilege, new, {_ROLE});
  END LOOP;
"""
_ROW_SECURITY = """\
  FOR found IN
    SELECT p.polname, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END AS kind,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS verb,
      (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ')
        FROM unnest(p.polroles) AS role) AS roles,
      ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')' AS seen,
      ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')' AS written
    FROM pg_policy AS p WHERE p.polrelid = old
  LOOP
    EXECUTE format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', found.polname, new, found.kind, found.verb, found.roles,
      found.seen, found.written);
  END LOOP;
  FOR found IN SELECT c.relrowsecurity, c.relforcerowsecurity FROM pg_class AS c WHERE c.oid = old LOOP
    IF found.relrowsecurity THEN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', new);
    END IF;
    IF found.relforcerowsecurity THEN
      EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', new);
    END IF;
  END LOOP;
"""
_COMMENTS = """\
  FOR found IN SELECT obj_description(old, 'pg_class') AS text LOOP
    IF found.text IS NOT NULL THEN
      EXECUTE format('COMMENT ON TABLE %s IS %L', new, found.text);
    END IF;
  END LOOP;
  FOR found IN
    SELECT a.attname, col_description(old, a.attnum) AS text FROM pg_attribute AS a WHERE a.attrelid = old AND a.attnum > 0
  LOOP
    IF found.text IS NOT NULL THEN
      EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', new, found.attname, found.text);
    END IF;
  END LOOP;
"""
_STORAGE = """\
  FOR found IN SELECT array_to_string(c.reloptions, ', ') AS options FROM pg_class AS c WHERE c.oid = old LOOP
    IF found.options <> '' THEN
      EXECUTE format('ALTER TABLE %s SET (%s)', new, found.options);
    END IF;
  END LOOP;
"""
_INVOKER = """\
  IF current_setting('server_version_num')::integer >= 150000 THEN
    EXECUTE format('ALTER VIEW %s SET (security_invoker = true)', new);
  ELSIF (SELECT relrowsecurity FROM pg_class WHERE oid = old) THEN
    RAISE EXCEPTION '% has row level security, which a view ignores before PostgreSQL 15. Use how=trigger or how=map.', old;
  END IF;
"""
