/** What a server may use of the machine while it is looked at. Every limit that was hit is told in the observation. */
export type Limits = {
  /** Seconds of processor time, each process. */
  cpuSeconds: number;
  /** Resident bytes of all processes together. */
  memoryBytes: number;
  /** Processes and threads at once. */
  processes: number;
  openFiles: number;
  /** Largest single file. */
  fileBytes: number;
  /** Each throw-away folder (`/tmp`, home, `/work`, `/data`), which lie in memory. */
  folderBytes: number;
  /** Standard output and error together. */
  outputBytes: number;
  /** Seconds until all of it is killed. */
  seconds: number;
  /** Bytes below a folder of ours on the disk, where a step may write to one. */
  diskBytes: number;
};

const MB = 1024 * 1024;

export const SERVER_LIMITS: Limits = {
  cpuSeconds: 60,
  memoryBytes: 1024 * MB,
  processes: 256,
  openFiles: 4096,
  fileBytes: 256 * MB,
  folderBytes: 64 * MB,
  outputBytes: 32 * MB,
  seconds: 120,
  diskBytes: 64 * MB,
};

/** Fetching dependencies and building take longer and more; they run before the server does. */
export const STEP_LIMITS: Limits = {
  ...SERVER_LIMITS,
  cpuSeconds: 900,
  memoryBytes: 3072 * MB,
  processes: 1024,
  fileBytes: 1024 * MB,
  folderBytes: 512 * MB,
  seconds: 900,
  diskBytes: 3072 * MB,
};

/** The limits that hold for each process, as util-linux' `prlimit` takes them. */
export const prlimitArgs = (l: Limits): string[] => [
  `--cpu=${l.cpuSeconds}`,
  `--nproc=${l.processes}`,
  `--nofile=${l.openFiles}`,
  `--fsize=${l.fileBytes}`,
  '--core=0',
];

export const limitsInWords = (l: Limits): string =>
  `${l.cpuSeconds} s of processor each process, ${Math.round(l.memoryBytes / MB)} MB of memory, ${l.processes} processes, ${Math.round(l.folderBytes / MB)} MB each throw-away folder, ${Math.round(l.outputBytes / MB)} MB of output, ${l.seconds} s in all`;
