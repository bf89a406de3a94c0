import type { Web } from '../client/http.ts';
import { firstPort, portsOf, urlsOf } from '../client/listening.ts';
import type { Transcript } from '../client/transcript.ts';
import { probeHttp } from './http.ts';
import { type Launch, launchIn, type OpenBox } from './launch.ts';
import { nothingSeen, type Seen } from './seen.ts';
import { probeStdio } from './stdio.ts';

/** How a prepared server is asked: on standard streams, or where it listens inside its sandbox. */

/** Starts it and waits until it listens. @returns where, or why not */
const probeListening = async (open: OpenBox, launch: Launch, transcript: Transcript): Promise<Seen> => {
  const began = performance.now();
  const box = await open();
  let stderr = '';
  box.stderr.on('data', (c: Buffer) => {
    transcript.add('!', c.toString('utf8'));
    if (stderr.length < 200_000) stderr += c.toString('utf8');
  });
  box.stdout.resume();
  try {
    await launchIn(box, launch, true);
    transcript.add('#', 'start: where does it listen?');
    const failed = (problem: string): Seen => ({ ...nothingSeen(), problem, stderr, stopped: box.stopped() });
    let over = false;
    void box.ended().then(() => {
      over = true;
    });
    const first = await firstPort(box, launch.url);
    if (first === null)
      return failed(over ? 'it ended before it listened' : 'it listened on no port in 20 s');
    const startMs = Math.round(performance.now() - began);
    const { port } = first;
    const listening = await portsOf(box);
    const urls = launch.url === '' ? urlsOf(port) : [launch.url];
    let last = failed('');
    for (const url of urls) {
      const seen = await probeHttp({ web: box.web, url, headers: {}, transcript, box });
      last = { ...seen, stderr, startMs, stopped: box.stopped() };
      if (last.http)
        last.http.listening = listening.filter((p) => p.port === port).map((p) => `${p.address}:${p.port}`);
      if (seen.era !== 'none') return last;
    }
    return last;
  } catch (error) {
    return {
      ...nothingSeen(),
      problem: box.stopped() || (error instanceof Error ? error.message : String(error)),
      stderr,
    };
  } finally {
    await box.close();
  }
};

export const probePrepared = async (open: OpenBox, launch: Launch, transcript: Transcript): Promise<Seen> => {
  if (launch.url !== '') return probeListening(open, launch, transcript);
  const seen = await probeStdio(open, launch, transcript);
  if (seen.era !== 'none' || !/no answer within/.test(seen.problem)) return seen;
  // It may be one that listens.
  const listening = await probeListening(open, launch, transcript);
  return listening.era === 'none' ? seen : listening;
};

/** A server that runs already, wherever: only what is safe, no call, no large body. */
export const probeRunning = (
  web: Web,
  url: string,
  headers: Readonly<Record<string, string>>,
  transcript: Transcript,
): Promise<Seen> => probeHttp({ web, url, headers, transcript, box: null });
