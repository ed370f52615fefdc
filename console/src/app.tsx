import Spinner from "@cloudscape-design/components/spinner";
import { Suspense, lazy, useCallback, useEffect, useState } from "react";
import { onSignedOut } from "./api/call.ts";
import { type Session, signOut, whoAmI } from "./api/session.ts";
import { startLive } from "./api/live.ts";
import { forgetAll } from "./api/query.ts";

const SignInPage = lazy(() => import("./pages/sign-in.tsx").then((m) => ({ default: m.SignInPage })));
const SignInDialog = lazy(() => import("./pages/sign-in.tsx").then((m) => ({ default: m.SignInDialog })));
const Shell = lazy(() => import("./shell.tsx"));

type State =
  | { is: "looking" }
  | { is: "out" }
  | { is: "in"; session: Session }
  /** The session has ended under an open page, whose entries are to stay. */
  | { is: "again"; session: Session };

export function App() {
  const [state, setState] = useState<State>({ is: "looking" });

  useEffect(() => {
    let tries = 0;
    let timer: ReturnType<typeof setTimeout>;
    const look = () =>
      whoAmI().then(
        (session) => setState(session ? { is: "in", session } : { is: "out" }),
        () => {
          timer = setTimeout(look, Math.min(500 * 2 ** tries++, 5000));
        },
      );
    void look();
    return () => clearTimeout(timer);
  }, []);

  const ended = useCallback(() => setState((s) => (s.is === "in" ? { is: "again", session: s.session } : s)), []);
  useEffect(() => onSignedOut(ended), [ended]);
  const live = state.is === "in";
  useEffect(() => (live ? startLive(ended) : undefined), [live, ended]);

  const leave = useCallback(async () => {
    await signOut().catch(() => undefined);
    // A new page: nothing of what was shown stays in memory.
    location.assign("/");
  }, []);

  switch (state.is) {
    case "looking":
      return <Waiting />;
    case "out":
      return (
        <Suspense fallback={<Waiting />}>
          <SignInPage done={(session) => setState({ is: "in", session })} />
        </Suspense>
      );
    case "in":
    case "again":
      return (
        <>
          <Suspense fallback={<Waiting />}>
            <Shell session={state.session} leave={leave} />
          </Suspense>
          {state.is === "again" && (
            <Suspense fallback={null}>
              <SignInDialog
                was={state.session}
                done={(session) => {
                  setState({ is: "in", session });
                  forgetAll();
                }}
                leave={leave}
              />
            </Suspense>
          )}
        </>
      );
  }
}

function Waiting() {
  return (
    <div className="waiting" role="status" aria-label="Loading">
      <Spinner size="large" />
    </div>
  );
}
