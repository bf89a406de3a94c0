/**
 * Names much depended on, in the registries MCP servers are built from, and names of MCP packages people install by
 * name. Taken down in November 2026 from manifests of public MCP servers and from what those depend on; no list of a
 * registry. Long because it is data: a name missing here is a look-alike not seen.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

export const KNOWN_PACKAGES = {
  npm: words(`
@modelcontextprotocol/sdk @modelcontextprotocol/inspector @modelcontextprotocol/server-filesystem
@modelcontextprotocol/server-github @modelcontextprotocol/server-memory @modelcontextprotocol/server-everything
@modelcontextprotocol/server-sequential-thinking @modelcontextprotocol/server-postgres @modelcontextprotocol/server-slack
@modelcontextprotocol/server-puppeteer @modelcontextprotocol/server-brave-search @modelcontextprotocol/client
@modelcontextprotocol/server fastmcp mcp-remote mcp-proxy mcp-framework @playwright/mcp @upstash/context7-mcp
@notionhq/notion-mcp-server @sentry/mcp-server @supabase/mcp-server-supabase figma-developer-mcp firecrawl-mcp
chrome-devtools-mcp tavily-mcp exa-mcp-server @browsermcp/mcp mcp-server-kubernetes puppeteer-mcp-server
@anthropic-ai/sdk @anthropic-ai/mcpb @smithery/cli openai langchain @langchain/core ollama
express fastify koa hono cors helmet body-parser cookie-parser express-session express-rate-limit compression morgan
axios got node-fetch undici cross-fetch superagent request needle ky form-data ws socket.io socket.io-client eventsource
eventsource-parser graphql graphql-request apollo-server
zod zod-to-json-schema ajv ajv-formats joi yup superstruct valibot io-ts class-validator
lodash lodash-es underscore ramda rxjs async bluebird immer uuid nanoid ulid moment dayjs luxon date-fns
chalk kleur picocolors colors ansi-colors commander yargs minimist meow inquirer prompts enquirer ora listr cli-table3
boxen figlet debug winston pino pino-pretty bunyan loglevel log4js tslog signale
dotenv dotenv-expand convict config rc cosmiconfig conf env-var envalid
fs-extra glob fast-glob globby rimraf mkdirp chokidar tmp tmp-promise tempy graceful-fs proper-lockfile
execa cross-spawn cross-env shelljs which node-pty ssh2 ps-list tree-kill
typescript ts-node tsx tsup tslib esbuild webpack rollup vite parcel babel-loader terser swc
jest vitest mocha chai sinon supertest nock ava tap jasmine karma playwright puppeteer puppeteer-core cypress
eslint prettier husky lint-staged typedoc nodemon concurrently npm-run-all semantic-release standard
react react-dom next vue svelte angular preact solid-js redux zustand jotai
cheerio jsdom turndown marked markdown-it remark rehype unified gray-matter sanitize-html dompurify xml2js fast-xml-parser
csv-parse csv-parser papaparse xlsx exceljs pdf-parse pdfjs-dist pdf-lib mammoth docx sharp jimp canvas
mysql mysql2 mariadb pg pg-promise postgres sqlite3 better-sqlite3 mongodb mongoose redis ioredis knex sequelize typeorm
prisma drizzle-orm mssql oracledb tedious neo4j-driver elasticsearch cassandra-driver
aws-sdk googleapis google-auth-library octokit jsonwebtoken jose passport bcrypt bcryptjs argon2 crypto-js oauth
openid-client keytar node-forge tweetnacl
js-yaml yaml toml ini json5 jsonc-parser semver minimatch micromatch picomatch ignore diff diff-match-patch
bottleneck p-limit p-queue p-retry retry async-retry lru-cache node-cache keyv cacheable
nodemailer imapflow mailparser twilio stripe slack discord.js telegraf
openapi-types swagger-ui-express openapi-typescript simple-git isomorphic-git ethers web3 viem
posthog-node mixpanel prom-client reflect-metadata inversify tsyringe
eslint-plugin-import eslint-config-prettier @types/node @types/express @types/react @types/jest @types/lodash
`),
  PyPI: words(`
mcp fastmcp mcp-server-fetch mcp-server-git mcp-server-time mcp-server-sqlite mcp-proxy mcpo mcp-cli
mcp-server-qdrant mcp-atlassian markitdown markitdown-mcp anthropic openai langchain langchain-core llama-index
requests httpx aiohttp urllib3 httpcore websockets websocket-client requests-oauthlib
fastapi flask starlette django uvicorn gunicorn hypercorn tornado sanic bottle werkzeug jinja2 sse-starlette
pydantic pydantic-core pydantic-settings marshmallow attrs cattrs jsonschema typing-extensions dataclasses-json
click typer rich argcomplete colorama tqdm loguru structlog tabulate prompt-toolkit
python-dotenv pyyaml toml tomli tomlkit ruamel-yaml configparser environs dynaconf
numpy pandas scipy matplotlib seaborn scikit-learn polars pyarrow duckdb torch tensorflow transformers
tokenizers sentence-transformers tiktoken faiss-cpu chromadb qdrant-client pinecone
sqlalchemy moto pymssql alembic psycopg2 psycopg2-binary psycopg asyncpg pymysql mysqlclient mysql-connector-python aiomysql
pymongo motor redis aioredis aiosqlite pyodbc clickhouse-connect snowflake-connector-python neo4j elasticsearch
boto3 botocore aioboto3 awscli google-api-python-client google-auth google-cloud-storage google-cloud-bigquery
azure-identity azure-core msal kubernetes docker paramiko fabric
beautifulsoup4 lxml html5lib selectolax markdownify html2text readabilipy trafilatura playwright selenium pyppeteer scrapy
openpyxl xlsxwriter xlrd python-docx python-pptx pypdf pypdf2 pdfplumber pdfminer-six pymupdf reportlab pillow
pytesseract opencv-python imageio moviepy pydub
pytest pytest-asyncio pytest-cov pytest-mock pytest-xdist hypothesis coverage tox nox mock responses respx
black ruff flake8 pylint isort mypy pyright pre-commit bandit
setuptools wheel hatchling poetry poetry-core build twine virtualenv pipenv uv pdm packaging
cryptography pyjwt python-jose authlib bcrypt passlib argon2-cffi oauthlib itsdangerous keyring
python-dateutil pytz pendulum arrow croniter apscheduler celery
gitpython pygithub jira atlassian-python-api slack-sdk discord-py python-telegram-bot tweepy praw
tenacity backoff cachetools diskcache psutil watchdog filelock pathspec platformdirs appdirs
networkx sympy plotly bokeh altair streamlit gradio dash
anyio trio asyncio-mqtt nest-asyncio aiofiles greenlet gevent
orjson ujson msgpack protobuf grpcio simplejson jmespath jsonpath-ng
python-multipart email-validator stripe twilio sendgrid sentry-sdk prometheus-client opentelemetry-api opentelemetry-sdk
dbt-core great-expectations apache-airflow prefect
`),
  'crates.io': words(`
rmcp rmcp-macros mcp-server tokio tokio-util tokio-stream async-trait futures futures-util async-std smol
serde serde_json serde_yaml serde_derive schemars toml bincode
reqwest hyper axum axum-extra actix-web warp rocket tower tower-http tonic prost tungstenite tokio-tungstenite
clap structopt anyhow thiserror eyre color-eyre log env_logger tracing tracing-subscriber tracing-appender
rand regex chrono time uuid url base64 sha2 hmac rustls native-tls openssl ring jsonwebtoken oauth2
sqlx diesel rusqlite tokio-postgres mongodb redis sea-orm
once_cell lazy_static parking_lot crossbeam rayon dashmap itertools indexmap bytes smallvec
dirs tempfile walkdir glob notify ignore shellexpand which
syn quote proc-macro2 darling insta criterion proptest mockall wiremock
`),
} as const;
