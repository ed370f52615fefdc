import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Application } from "../../api/explanation.ts";
import { Grid } from "../../ui/grid.tsx";

/** Which applications this trust suffices for, as the server says. */
export function Applications({ list }: { list: Application[] }) {
  return (
    <Grid<Application>
      name="Applications"
      description="What works for users of the trusted domain with a trust of this direction."
      items={list}
      id={(a) => a.Name}
      empty={{ title: "Nothing is known of applications" }}
      columns={[
        { id: "name", header: "Application", value: (a) => a.Name, width: 220 },
        {
          id: "works",
          header: "This trust",
          value: (a) => (a.Works ? "Suffices" : "Does not suffice"),
          cell: (a) => (
            <StatusIndicator type={a.Works ? "success" : "error"}>
              {a.Works ? "Suffices" : "Does not suffice"}
            </StatusIndicator>
          ),
          width: 170,
        },
        { id: "why", header: "Why", value: (a) => a.Why },
      ]}
    />
  );
}
