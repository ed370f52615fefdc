// Chromium drops whatever is under way when an address comes or goes on its
// host, as happens all the time where other tests make domain controllers. So
// the Go test starts a story in a network namespace of its own, where nothing
// changes; the ports of its servers are brought there through a socket file.

import { connect, createServer } from "node:net";

const file = process.env.ENTENTE_RELAY;

async function bring(port: number) {
  const server = createServer({ allowHalfOpen: true }, (here) => {
    const there = connect({ path: file ?? "", allowHalfOpen: true });
    const end = () => {
      here.destroy();
      there.destroy();
    };
    here.on("error", end);
    there.on("error", end);
    there.write(`${port}\n`);
    here.pipe(there);
    there.pipe(here);
  });
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
}

if (file) {
  const ports = [...(process.env.ENTENTE_STORY ?? "").matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map((m) =>
    Number(m[1]),
  );
  await Promise.all([...new Set(ports)].map(bring));
}
