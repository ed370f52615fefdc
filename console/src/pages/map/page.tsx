import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { useDirectories, useTrusts } from "../../api/hooks.ts";
import type { Directory, Trust } from "../../api/types.ts";
import { usePaths, useWhere } from "../../context.ts";
import { follow, useParameter } from "../../router.ts";
import { Failure } from "../../ui/failure.tsx";
import { only } from "./gather.ts";
import { type View, layOut } from "./layout.ts";
import { Legend } from "./legend.tsx";
import { TrustList } from "./list.tsx";
import { Picture } from "./picture.tsx";

const all = { value: "", label: "All directories" };

export default function TrustMap() {
  const { region } = useWhere();
  const to = usePaths();
  const directories = useDirectories(region);
  const trusts = useTrusts(region);
  const [arrows, show] = useParameter("arrows");
  const [chosen, choose] = useParameter("directory");
  const view = arrows === "access" ? "access" : "trust";
  const [drawn, listed] = useMemo(
    () => only(chosen, directories.data ?? [], trusts.data ?? []),
    [chosen, directories.data, trusts.data],
  );
  const ready = directories.data !== undefined && trusts.data !== undefined;
  const options = [
    all,
    ...(directories.data ?? [])
      .toSorted((a, b) => a.Name.localeCompare(b.Name, undefined, { numeric: true }))
      .map((d) => ({ value: d.DirectoryId, label: d.Name, description: d.DirectoryId })),
  ];
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h1"
            description={
              view === "trust"
                ? "Arrows point from the domain that trusts to the one it trusts."
                : "Arrows point from users to the resources that they can be given access to."
            }
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Select
                  selectedOption={options.find((o) => o.value === chosen) ?? all}
                  options={options}
                  ariaLabel="Directory to show"
                  {...(options.length > 8
                    ? { filteringType: "auto" as const, filteringAriaLabel: "Find a directory" }
                    : {})}
                  onChange={(e) => choose(e.detail.selectedOption.value ?? "")}
                  expandToViewport
                />
                <SegmentedControl
                  label="What the arrows show"
                  selectedId={view}
                  options={[
                    { id: "trust", text: "Trust" },
                    { id: "access", text: "Access" },
                  ]}
                  onChange={(e) => show(e.detail.selectedId === "access" ? "access" : "")}
                />
              </SpaceBetween>
            }
          >
            Trust map
          </Header>
        }
        footer={ready && <Legend />}
      >
        <SpaceBetween size="m">
          <Failure error={directories.error ?? trusts.error} what="The map is not complete" retry={trusts.reload} />
          {directories.data?.length === 0 ? (
            <Box textAlign="center" padding="l">
              <SpaceBetween size="s">
                <b>No directories in {region}</b>
                <Button href={to.newDirectory} onFollow={follow}>
                  Set up directory
                </Button>
              </SpaceBetween>
            </Box>
          ) : (
            <Drawing ready={ready} directories={drawn} trusts={listed} view={view} />
          )}
        </SpaceBetween>
      </Container>
      {/* Not before the drawing, whose height moves it. */}
      {ready && <TrustList trusts={listed} directories={directories.data} />}
    </SpaceBetween>
  );
}

interface DrawingProps {
  ready: boolean;
  directories: Directory[];
  trusts: Trust[];
  view: View;
}

/** The drawing, in as much room as the window leaves it. */
function Drawing({ ready, directories, trusts, view }: DrawingProps) {
  const place = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const e = place.current;
    if (!e) return;
    const measure = () => setRoom(e.clientWidth);
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(e);
    return () => watch.disconnect();
  }, []);
  const layout = useMemo(() => layOut(directories, trusts, room), [directories, trusts, room]);
  return (
    <div className="map" ref={place} tabIndex={0} role="region" aria-label="Map of directories and trusts">
      {room > 0 && ready && <Picture layout={layout} view={view} />}
    </div>
  );
}
