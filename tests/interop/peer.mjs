// What the drivers share: one JSON request per line on stdin ({"id", "op", …}), one answer per line on stdout ({"id", "ok": true, …} or
// {"id", "error"}), and events ({"event", …}) in between. The end of stdin is the end of the process.
import {createInterface} from 'node:readline';

// Libraries talk on the console and on stdout, which belongs to the answers.
const answers = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const debug = process.env.WAQTOR_PEER_DEBUG === '1';
for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'])
    console[method] = debug ? (...words) => process.stderr.write(words.map(String).join(' ') + '\n') : () => {};

export const debugging = debug;

export function emit(event, fields = {}) {
    answers(JSON.stringify({event, ...fields}) + '\n');
}

/// `operations` maps each op to an async function of the request that gives the fields of the answer.
export function serve(operations) {
    process.on('uncaughtException', error => emit('fault', {reason: String(error?.stack ?? error)}));
    process.on('unhandledRejection', error => emit('fault', {reason: String(error?.stack ?? error)}));
    const lines = createInterface({input: process.stdin});
    lines.on('line', async line => {
        const request = JSON.parse(line);
        let answer;
        try {
            const operation = operations[request.op];
            if (!operation) throw new Error(`this driver cannot do ${request.op}`);
            answer = {ok: true, ...(await operation(request))};
        } catch (error) {
            answer = {error: String(error?.stack ?? error)};
        }
        answers(JSON.stringify({id: request.id, ...answer}) + '\n');
    });
    lines.on('close', () => process.exit(0));
}
