import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Fragment, type ReactNode } from "react";
import { follow } from "../router.ts";

/** A link to another screen. */
export function To({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} onFollow={follow}>
      {children}
    </Link>
  );
}

const said = { copySuccessText: "Copied", copyErrorText: "The browser does not let us copy" };

/** Text with a button that copies it; none when there is no text. */
export function Copy({ text, what }: { text: string | undefined; what: string }) {
  if (!text) return <>–</>;
  return <CopyToClipboard variant="inline" textToCopy={text} copyButtonAriaLabel={`Copy ${what}`} {...said} />;
}

export function CopyList({ list, what }: { list: string[] | undefined; what: string }) {
  if (!list?.length) return <>–</>;
  return (
    <SpaceBetween size="xxs">
      {list.map((t) => (
        <Copy key={t} text={t} what={`${what} ${t}`} />
      ))}
    </SpaceBetween>
  );
}

/** A block of text to copy as a whole, such as commands; a line may be broken. */
export function Code({ text, what, line }: { text: string; what: string; line?: boolean }) {
  return (
    <div className={line ? "code line" : "code"}>
      <div className="code-copy">
        <CopyToClipboard variant="icon" textToCopy={text} copyButtonAriaLabel={`Copy ${what}`} {...said} />
      </div>
      <pre tabIndex={0} aria-label={what}>
        {text}
      </pre>
    </div>
  );
}

/** An id, an address or a name that a line never breaks in. */
export function Whole({ children }: { children: ReactNode }) {
  return <span className="whole">{children}</span>;
}

/** A DNS name; a line ends behind a dot where that is possible. */
export function DnsName({ name }: { name: string }) {
  const labels = name.split(".");
  return (
    <span className="dns">
      {labels.map((label, i) => (
        <Fragment key={i}>
          {label}
          {i < labels.length - 1 && (
            <>
              .<wbr />
            </>
          )}
        </Fragment>
      ))}
    </span>
  );
}

export function Quiet({ children }: { children: ReactNode }) {
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {typeof children === "string" ? unbroken(children) : children}
    </Box>
  );
}

const ids = /(\b[a-z]{1,8}-[0-9a-f]{8,17}\b)/;

/** A sentence whose ids stay whole. */
function unbroken(text: string): ReactNode[] {
  return text.split(ids).map((part, i) => (i % 2 ? <Whole key={i}>{part}</Whole> : part));
}
