/**
 * Statements that write, define, grant, run or reach out, of each dialect: what a list of words that is to keep a query
 * reading has to hold off. They are tried on the list as it stands in the code; the harmless ones a reader expects to pass
 * are not here.
 */
type Statement = { text: string; name: string; of: RegExp | null };

const POSTGRES = /\b(?:postgres\w*|pg|asyncpg|psycopg\w*|pgx|npgsql|timescale|redshift|supabase|neon)\b/i;
const MYSQL = /\b(?:mysql\w*|mariadb|pymysql|aiomysql)\b/i;
const SQLITE = /\b(?:sqlite\w*|aiosqlite|libsql|better-sqlite3|turso)\b/i;
const MSSQL = /\b(?:mssql|tedious|pyodbc|pymssql|sqlserver|SqlClient|tsql)\b/i;
const SNOWFLAKE = /\bsnowflake\w*/i;
const DUCKDB = /\b(?:duckdb\w*|motherduck)\b/i;
const BIGQUERY = /\bbig_?query\w*/i;
const CLICKHOUSE = /\bclickhouse\w*/i;
const CYPHER = /\b(?:neo4j\w*|cypher\w*|memgraph\w*)\b/i;
const ORACLE = /\b(?:oracledb|cx_oracle|ojdbc\w*)\b/i;

const either = (...dialects: readonly RegExp[]): RegExp =>
  new RegExp(dialects.map((d) => d.source).join('|'), 'i');

const SQL_STATEMENTS: readonly Statement[] = [
  { text: 'INSERT INTO t VALUES (1)', name: 'INSERT', of: null },
  { text: 'UPDATE t SET a = 1', name: 'UPDATE', of: null },
  { text: 'DELETE FROM t', name: 'DELETE', of: null },
  { text: 'DROP TABLE t', name: 'DROP', of: null },
  { text: 'TRUNCATE TABLE t', name: 'TRUNCATE', of: null },
  { text: 'ALTER TABLE t ADD a int', name: 'ALTER', of: null },
  { text: 'CREATE OR REPLACE VIEW v AS SELECT 1', name: 'CREATE OR REPLACE', of: null },
  { text: 'GRANT ALL ON t TO u', name: 'GRANT', of: null },
  { text: 'MERGE INTO t USING s ON 1 = 1 WHEN MATCHED THEN DELETE', name: 'MERGE', of: null },
  { text: 'SELECT 1; DELETE FROM t', name: 'a second statement', of: null },
  { text: 'SELECT 1; CALL p()', name: 'CALL as a second statement', of: null },
  {
    text: 'CALL p()',
    name: 'CALL',
    of: either(POSTGRES, MYSQL, SNOWFLAKE, BIGQUERY, ORACLE),
  },
  {
    text: 'WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d',
    name: 'WITH … DELETE',
    of: either(POSTGRES),
  },
  {
    text: 'WITH d AS (SELECT 1) DELETE FROM t',
    name: 'WITH … before DELETE',
    of: either(SQLITE, MSSQL, MYSQL),
  },
  { text: 'EXPLAIN ANALYZE DELETE FROM t', name: 'EXPLAIN ANALYZE DELETE', of: either(POSTGRES, MYSQL) },
  { text: 'SELECT * INTO c FROM t', name: 'SELECT … INTO', of: either(POSTGRES, MSSQL) },
  { text: "COPY t TO PROGRAM 'id'", name: 'COPY … TO PROGRAM', of: either(POSTGRES) },
  { text: 'DO $$ BEGIN PERFORM 1; END $$', name: 'DO', of: either(POSTGRES) },
  { text: 'EXECUTE p', name: 'EXECUTE', of: either(POSTGRES, MSSQL, SNOWFLAKE) },
  { text: "SELECT pg_read_file('f')", name: 'SELECT pg_read_file()', of: either(POSTGRES) },
  { text: "SELECT setval('s', 1)", name: 'SELECT setval()', of: either(POSTGRES) },
  { text: 'SET ROLE admin', name: 'SET ROLE', of: either(POSTGRES) },
  { text: 'REFRESH MATERIALIZED VIEW v', name: 'REFRESH', of: either(POSTGRES) },
  { text: 'VACUUM FULL t', name: 'VACUUM', of: either(POSTGRES) },
  { text: "SELECT a FROM t INTO OUTFILE '/f'", name: 'INTO OUTFILE', of: either(MYSQL) },
  { text: "SELECT LOAD_FILE('/f')", name: 'SELECT LOAD_FILE()', of: either(MYSQL) },
  { text: "LOAD DATA INFILE '/f' INTO TABLE t", name: 'LOAD DATA', of: either(MYSQL) },
  { text: 'REPLACE INTO t VALUES (1)', name: 'REPLACE INTO', of: either(MYSQL, SQLITE) },
  { text: 'RENAME TABLE t TO u', name: 'RENAME', of: either(MYSQL, CLICKHOUSE) },
  { text: 'SET GLOBAL general_log = 1', name: 'SET GLOBAL', of: either(MYSQL) },
  { text: 'SELECT 1 /*!; DELETE FROM t */', name: 'an executable comment', of: either(MYSQL) },
  { text: "ATTACH DATABASE 'f' AS f", name: 'ATTACH', of: either(SQLITE, DUCKDB) },
  { text: 'PRAGMA writable_schema = 1', name: 'PRAGMA', of: either(SQLITE, DUCKDB) },
  { text: "VACUUM INTO 'f'", name: 'VACUUM INTO', of: either(SQLITE) },
  { text: "SELECT load_extension('f')", name: 'SELECT load_extension()', of: either(SQLITE) },
  { text: "EXEC xp_cmdshell 'id'", name: 'EXEC xp_cmdshell', of: either(MSSQL) },
  { text: "BULK INSERT t FROM 'f'", name: 'BULK INSERT', of: either(MSSQL) },
  { text: "SELECT * FROM OPENROWSET(BULK 'f', SINGLE_CLOB) x", name: 'OPENROWSET', of: either(MSSQL) },
  { text: 'PUT file://f @s', name: 'PUT', of: either(SNOWFLAKE) },
  { text: 'COPY INTO t FROM @s', name: 'COPY INTO', of: either(SNOWFLAKE) },
  { text: "EXECUTE IMMEDIATE 'x'", name: 'EXECUTE IMMEDIATE', of: either(SNOWFLAKE, BIGQUERY, ORACLE) },
  { text: 'UNDROP TABLE t', name: 'UNDROP', of: either(SNOWFLAKE) },
  { text: "COPY t TO 'f'", name: 'COPY … TO', of: either(DUCKDB) },
  { text: 'INSTALL httpfs', name: 'INSTALL', of: either(DUCKDB) },
  { text: "SELECT * FROM read_text('/f')", name: 'SELECT read_text()', of: either(DUCKDB) },
  { text: "EXPORT DATA OPTIONS(uri='gs://b/*') AS SELECT 1", name: 'EXPORT DATA', of: either(BIGQUERY) },
  { text: 'SYSTEM SHUTDOWN', name: 'SYSTEM', of: either(CLICKHOUSE) },
  { text: 'OPTIMIZE TABLE t FINAL', name: 'OPTIMIZE', of: either(CLICKHOUSE) },
  { text: "SELECT * FROM url('http://h/', CSV)", name: 'SELECT url()', of: either(CLICKHOUSE) },
  { text: 'BEGIN p; END;', name: 'BEGIN … END', of: either(ORACLE) },
];

const CYPHER_STATEMENTS: readonly Statement[] = [
  { text: 'CREATE (n:A)', name: 'CREATE', of: null },
  { text: 'MERGE (n:A)', name: 'MERGE', of: null },
  { text: 'MATCH (n) SET n.a = 1', name: 'MATCH … SET', of: null },
  { text: 'MATCH (n) DETACH DELETE n', name: 'MATCH … DELETE', of: null },
  { text: 'MATCH (n) REMOVE n.a', name: 'MATCH … REMOVE', of: null },
  { text: "LOAD CSV FROM 'http://h/' AS r RETURN r", name: 'LOAD CSV', of: null },
  { text: "CALL apoc.load.json('http://h/')", name: 'CALL of a procedure that reaches out', of: null },
  { text: 'CALL db.createLabel("A")', name: 'CALL of a procedure that writes', of: null },
  { text: 'MATCH (n) CALL { WITH n DELETE n }', name: 'a subquery that writes', of: null },
  { text: 'FOREACH (x IN [1] | CREATE (:A))', name: 'FOREACH', of: null },
  { text: 'DROP INDEX i', name: 'DROP', of: null },
];

/** `about`: text that tells which database it is, as a manifest and the code around. */
export const statementsFor = (about: string): readonly Statement[] => {
  if (CYPHER.test(about) && !either(POSTGRES, MYSQL, SQLITE, MSSQL, DUCKDB).test(about))
    return CYPHER_STATEMENTS;
  return SQL_STATEMENTS.filter((s) => s.of === null || s.of.test(about));
};
