import type { Language, Source } from '../sources/source.ts';

/**
 * Libraries that connect to something by themselves. Their calls name no address in the line, or not by a name that is known
 * here: which hosts they reach is not read, and that has to be said. Names as sources import them, from the libraries' own
 * documentation; what calls itself a client or an SDK is taken to be one.
 */

const SCRIPT =
  /^(?:@aws-sdk\/.+|aws-sdk|@azure\/.+|@google-cloud\/.+|googleapis|google-auth-library|@octokit\/.+|octokit|openai|@anthropic-ai\/.+|@google\/gen(?:ai|erative-ai)|@mistralai\/.+|cohere-ai|groq-sdk|ollama|@slack\/.+|discord\.js|twilio|stripe|@notionhq\/client|jira(?:\.js|-client)|pg|postgres|mysql2?|mariadb|mongodb|mongoose|redis|ioredis|mssql|tedious|oracledb|cassandra-driver|neo4j-driver|snowflake-sdk|@clickhouse\/.+|@elastic\/.+|@opensearch-project\/.+|kafkajs|amqplib|mqtt|nodemailer|imapflow|ssh2|node-ssh|basic-ftp|ldapjs|ldapts|@grpc\/grpc-js|puppeteer(?:-core)?|playwright(?:-core)?|@playwright\/.+|@kubernetes\/client-node|dockerode|@supabase\/.+|firebase(?:-admin)?(?:\/.+)?|graphql-request|@apollo\/client|urql|@prisma\/client|typeorm|sequelize|knex|drizzle-orm(?:\/.+)?|better-sqlite3-remote|wretch|ofetch|phin|bent|got-scraping|simple-get|cross-fetch|isomorphic-fetch|socket\.io-client|@pinecone-database\/.+|@qdrant\/.+|chromadb|@zilliz\/.+|weaviate-(?:ts-)?client|exa-js|@upstash\/.+|@vercel\/(?:kv|blob|postgres)|.+[-/](?:client|sdk|api)(?:-(?:js|ts|node))?)$/;
const PYTHON =
  /^(?:boto3|botocore|aioboto3|aiobotocore|googleapiclient|google\.(?:cloud|genai|generativeai|ads|analytics)|azure|msal|github|ghapi|gitlab|jira|atlassian|slack_sdk|slack_bolt|discord|telegram|telethon|openai|anthropic|cohere|groq|mistralai|ollama|litellm|psycopg2?|psycopg_pool|asyncpg|pymysql|mysql|aiomysql|MySQLdb|pymongo|motor|redis|aioredis|sqlalchemy|sqlmodel|pyodbc|pymssql|oracledb|snowflake|databricks|clickhouse_connect|clickhouse_driver|neo4j|elasticsearch|opensearchpy|cassandra|pyhive|trino|kafka|aiokafka|confluent_kafka|pika|aio_pika|paho|smtplib|aiosmtplib|imaplib|poplib|ftplib|telnetlib|paramiko|asyncssh|fabric|netmiko|ldap3?|grpc|niquests|pycurl|treq|urllib3|http\.client|selenium|playwright|pyppeteer|kubernetes|docker|supabase|notion_client|stripe|twilio|yfinance|tavily|exa_py|gql|zeep|websocket|socket|praw|tweepy|spotipy|arxiv|wikipedia|pinecone|qdrant_client|chromadb|weaviate|pymilvus|feedparser|yt_dlp|youtube_transcript_api|\w+_(?:client|sdk|api))(?:\.|$)/;
const GO =
  /^(?:k8s\.io\/client-go|sigs\.k8s\.io\/controller-runtime|github\.com\/(?:aws\/aws-sdk-go|Azure\/azure-sdk|google\/go-github|xanzy\/go-gitlab|slack-go\/slack|jackc\/pgx|lib\/pq|go-sql-driver\/mysql|redis\/go-redis|go-redis\/redis|elastic\/go-elasticsearch|go-resty\/resty|imroc\/req|parnurzeal\/gorequest|gocolly\/colly|sashabaranov\/go-openai|openai\/openai-go|docker\/docker|moby\/moby|chromedp\/chromedp|playwright-community\/playwright-go|IBM\/sarama|segmentio\/kafka-go|nats-io\/nats\.go|rabbitmq\/amqp091-go|eclipse\/paho|prometheus\/client_golang\/api|hashicorp\/vault\/api|hasura\/go-graphql-client|shurcooL\/(?:graphql|githubv4)|snowflakedb\/gosnowflake|ClickHouse\/clickhouse-go|neo4j\/neo4j-go-driver|valyala\/fasthttp|gorilla\/websocket)|go\.mongodb\.org\/mongo-driver|google\.golang\.org\/(?:api|grpc)|cloud\.google\.com\/go|golang\.org\/x\/crypto\/ssh|net\/smtp|net\/rpc|.+[-/](?:client|sdk|api)(?:-go)?(?:\/v\d+)?$)/;
const RUST =
  /^(?:sqlx|tokio_postgres|postgres|mysql(?:_async)?|mongodb|redis|aws_sdk_\w+|octocrab|ureq|surf|isahc|curl|attohttpc|tonic|kube|bollard|async_openai|lettre|russh|ssh2|tungstenite|tokio_tungstenite|neo4rs|clickhouse|elasticsearch|rdkafka|lapin|\w+_(?:client|sdk|api))$/;
const JAVA =
  /^import\s{1,4}(?:static\s{1,4})?((?:okhttp3|retrofit2|org\.apache\.(?:http|hc|kafka)|java\.sql|javax\.(?:sql|mail)|jakarta\.mail|com\.mongodb|redis\.clients|io\.lettuce|software\.amazon\.awssdk|com\.amazonaws|com\.azure|com\.google\.(?:cloud|api)|org\.elasticsearch|io\.grpc|org\.springframework\.(?:jdbc|data)|feign|io\.fabric8|com\.github\.dockerjava|org\.kohsuke\.github|com\.openai|com\.theokanning|java\.net\.(?:Socket|DatagramSocket)|io\.nats|org\.neo4j)\b)/gm;

const CSHARP =
  /^(?:Npgsql|MySql\.Data|MySqlConnector|Microsoft\.Data\.(?:SqlClient|Sqlite)|System\.Data\.SqlClient|Oracle\.ManagedDataAccess|MongoDB\.Driver|StackExchange\.Redis|Amazon\.\w+|Azure\.\w+|Google\.(?:Cloud|Apis)|Microsoft\.Graph|Octokit|RestSharp|Flurl|Refit|Renci\.SshNet|System\.Net\.(?:Sockets|Mail|WebSockets)|MailKit|Elastic\.Clients|Confluent\.Kafka|RabbitMQ|Grpc\.Net|Microsoft\.Playwright|OpenQA\.Selenium|k8s|Docker\.DotNet|OpenAI|Neo4j\.Driver|Stripe|Twilio|SlackNet|Discord)(?:\.|$)/;
const PHP =
  /^(?:GuzzleHttp|Symfony\\Component\\(?:HttpClient|Mailer)|Illuminate\\Support\\Facades\\(?:Http|DB|Redis|Mail)|Doctrine\\DBAL|Predis|MongoDB|Aws|Google|Github|OpenAI|Anthropic|Elasticsearch|Elastic|Stripe|Twilio|PHPMailer|phpseclib\d?|Ratchet|React\\(?:Socket|Http)|Kubernetes|Docker)(?:\\|$)/;
const RUBY =
  /^(?:net\/(?:http|ssh|sftp|ftp|smtp|imap)|faraday|httparty|rest-client|excon|typhoeus|http|httpx|octokit|pg|mysql2|sqlite3|mongo|redis|aws-sdk(?:-\w+)?|google\/.+|slack-ruby-client|openai|anthropic|elasticsearch|bunny|kafka|ruby-kafka|stripe|twilio-ruby|mail|socket|open-uri|websocket.*|selenium-webdriver|ferrum|docker)$/;

/** The languages below are read by their import lines; what of Java and Kotlin connects is a list of whole lines. */
type Spelled = Exclude<Language, 'java' | 'kotlin'>;

const IMPORTS: Record<Spelled, RegExp> = {
  script: /\b(?:from|import|require)[ \t]?\(?[ \t]?["']([^"'\n]{1,200})["']/g,
  python: /^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]{0,200})/gm,
  go: /^[ \t]*(?:import[ \t]+)?(?:[\w.]{1,60}[ \t]+)?"([\w.~/-]{1,250})"[ \t]*$/gm,
  rust: /\b([a-z_][a-z0-9_]{0,100})::/g,
  csharp: /^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([A-Z][\w.]{0,200});/gm,
  php: /^[ \t]*use[ \t]+\\?([A-Z][\w\\]{0,200})/gm,
  ruby: /^[ \t]*require[ \t]+["']([\w/-]{1,100})["']/gm,
};
const NAMES: Record<Spelled, RegExp> = {
  script: SCRIPT,
  python: PYTHON,
  go: GO,
  rust: RUST,
  csharp: CSHARP,
  php: PHP,
  ruby: RUBY,
};

/** Clients whose calls are looked for by name: they count where none of them was met. */
const CLIENTS: Record<Language, RegExp> = {
  script: /^(?:axios|got|ky|needle|superagent|undici|node-fetch|ws)$/,
  python: /^(?:requests|httpx|aiohttp|urllib\.request|websockets)(?:\.|$)/,
  // net/http serves as well: what requests with it is looked for by its calls alone.
  go: /^$/,
  rust: /^reqwest$/,
  java: /^java\.net\.http/,
  csharp: /^System\.Net\.Http/,
  php: /^GuzzleHttp|Facades\\Http$/,
  ruby: /^(?:net\/http|faraday|httparty|rest-client|excon|typhoeus|http|open-uri)$/,
  kotlin: /^java\.net\.http/,
};

/** What is called a client or an API and connects to nothing. */
const NONE = /^(?:prom-client|@opentelemetry\/.+|@types\/.+|.*openapi.*|.*web-?api|prometheus_client)$/;

/** This protocol's own: what it connects to is told as a transport. */
const OF_PROTOCOL = /modelcontextprotocol|^mcp\b|mark3labs|^rmcp$/;

/** Packages of one library are one. */
const libraryOf = (language: Language, name: string): string =>
  language === 'python'
    ? name.split('.').slice(0, 2).join('.')
    : language === 'go'
      ? name
          .split('/')
          .slice(0, /^(?:github|gitlab|bitbucket)\./.test(name) ? 3 : 2)
          .join('/')
      : name;

export type Connecting = { library: string; path: string; startLine: number; client: boolean };

/**
 * Each library of a source once, where it is imported; `client` for those whose calls are looked for by name. `own` are the
 * names of packages made here.
 */
export const connectingLibraries = (source: Source, own: readonly string[] = []): Connecting[] => {
  const { language, code, path } = source;
  const found = new Map<string, Connecting>();
  const put = (library: string, at: number, client = false): void => {
    if (!found.has(library)) found.set(library, { library, path, startLine: source.lineOf(at), client });
  };
  if (language === 'java' || language === 'kotlin') for (const m of code.matchAll(JAVA)) put(m[1]!, m.index);
  else
    for (const m of code.matchAll(IMPORTS[language])) {
      const name = m[1]!;
      const client = CLIENTS[language].test(name);
      if ((!client && !NAMES[language].test(name)) || OF_PROTOCOL.test(name) || /^[./]/.test(name)) continue;
      if (NONE.test(name) || own.some((o) => name === o || name.startsWith(`${o}/`))) continue;
      const at = m.index + m[0].search(/\S/);
      put(libraryOf(language, name), at, client);
    }
  return [...found.values()];
};

/** Names under which a package is imported, by the text of its manifest. */
export const importedAs = (manifest: string, text: string): string[] => {
  const name = /go\.mod$/.test(manifest)
    ? /^module[ \t]{1,10}"?([\w.~/-]{1,250})/m.exec(text)?.[1]
    : /package\.json$/.test(manifest)
      ? /"name"\s{0,10}:\s{0,10}"([^"\n]{1,214})"/.exec(text)?.[1]
      : /^name[ \t]{0,20}=[ \t]{0,20}["']([\w.-]{1,100})["']/m.exec(text)?.[1]?.replaceAll(/[-.]/g, '_');
  return name ? [name] : [];
};
