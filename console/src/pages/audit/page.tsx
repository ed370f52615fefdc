// The audit log: who changed what, when, from where and on what.

import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useState } from "react";
import { olderThan, requestText, spans } from "../../api/audit.ts";
import { useAuditEntries } from "../../api/hooks.ts";
import type { AuditEntry } from "../../api/own.ts";
import { paths, useWhere } from "../../context.ts";
import { useParameter } from "../../router.ts";
import { Quiet, To, Whole } from "../../ui/bits.tsx";
import { Grid } from "../../ui/grid.tsx";
import { Time } from "../../ui/time.tsx";

const all = { value: "", label: "All that is kept" };

export default function AuditLog() {
  const { region } = useWhere();
  const [operation] = useParameter("operation");
  const [object] = useParameter("object");
  const [accessKey] = useParameter("key");
  const [source] = useParameter("source");
  const [span, setSpan] = useParameter("span");
  const [before, setBefore] = useParameter("before");
  const log = useAuditEntries(region, { operation, object, accessKey, source, span, before });
  const page = log.data;
  return (
    <Grid<AuditEntry>
      name="Audit log"
      variant="full-page"
      description="Every change of this account, in all Regions, the newest first. How long entries are kept is set with entente serve."
      items={page?.entries}
      id={(e) => [e.RequestId, e.ObjectId, e.OperationName, e.EventTime].join(" ")}
      label={(e) => `${e.OperationName ?? ""} ${e.ObjectId ?? ""}`}
      answer={log}
      failed="The audit log could not be read"
      empty={{ title: "No entries", text: "Nothing was changed that these filters let through." }}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={before === ""} onClick={() => setBefore("")}>
            Newest
          </Button>
          <Button disabled={!page?.more} onClick={() => page && setBefore(olderThan(page))}>
            Older
          </Button>
        </SpaceBetween>
      }
      columns={[
        {
          id: "when",
          header: "When",
          value: (e) => -(e.EventTime ?? 0),
          cell: (e) => <Time at={e.EventTime} seconds />,
        },
        { id: "operation", header: "Operation", value: (e) => e.OperationName ?? "", whole: true },
        {
          id: "object",
          header: "Object",
          value: (e) => e.ObjectId ?? "",
          cell: (e) => (
            <>
              <ObjectLink entry={e} region={region} />
              {e.Region && <Quiet>{e.Region}</Quiet>}
            </>
          ),
        },
        {
          id: "who",
          header: "Who",
          value: (e) => `${who(e)} ${e.SourceIpAddress ?? ""}`,
          cell: (e) => (
            <>
              <Whole>{who(e)}</Whole>
              {e.SourceIpAddress && <Quiet>from {e.SourceIpAddress}</Quiet>}
            </>
          ),
        },
        { id: "request", header: "Request", value: requestText, cell: (e) => <Quiet>{requestText(e) || "–"}</Quiet> },
      ]}
      sortBy="when"
      filters={
        <ColumnLayout columns={4} minColumnWidth={180}>
          <FilterField label="Operation" name="operation" example="CreateTrust" />
          <FilterField label="Object" name="object" example="t-0123456789" />
          <FilterField label="Access key" name="key" example="AKIA…" />
          <FilterField label="Source address" name="source" example="192.0.2.7" />
          <FormField label="Time">
            <Select
              selectedOption={spans.find((s) => s.value === span) ?? all}
              options={[all, ...spans]}
              onChange={(e) => {
                setBefore("");
                setSpan(e.detail.selectedOption.value ?? "");
              }}
            />
          </FormField>
        </ColumnLayout>
      }
    />
  );
}

/** The access key of who decided. */
const who = (e: AuditEntry) => (!e.AccessKeyId || e.AccessKeyId === "entente" ? "the server itself" : e.AccessKeyId);

/** One exact value that entries must have; it is asked for when typing pauses. */
function FilterField({ label, name, example }: { label: string; name: string; example: string }) {
  const [value, set] = useParameter(name);
  const [, setBefore] = useParameter("before");
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => {
      setBefore(""); // another question begins with the newest
      set(text.trim());
    }, 400);
    return () => clearTimeout(timer);
  }, [text, value, set, setBefore]);
  return (
    <FormField label={label}>
      <Input value={text} placeholder={example} type="search" onChange={(e) => setText(e.detail.value)} />
    </FormField>
  );
}

/** What was decided on, as a link where it has a screen of its own. */
function ObjectLink({ entry, region }: { entry: AuditEntry; region: string }): ReactNode {
  const id = entry.ObjectId ?? "";
  const to = paths(entry.Region || region);
  if (/^t-[0-9a-f]+$/.test(id)) return <To href={to.trust(id)}>{id}</To>;
  if (/^d-[0-9a-f]+$/.test(id)) return <To href={to.directory(id)}>{id}</To>;
  if (/^sg-[0-9a-f]+$/.test(id)) return <To href={to.group(id)}>{id}</To>;
  return id || "–";
}
