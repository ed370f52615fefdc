// A screen that fails takes only itself away: the navigation stays, and the
// next screen is another one.

import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

export class MayBreak extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const error: Error | null = this.state.error;
    if (!error) return this.props.children;
    return (
      <Alert
        type="error"
        header="Something went wrong on this page"
        action={<Button onClick={() => location.reload()}>Load it again</Button>}
      >
        {(error as Error).message}
      </Alert>
    );
  }
}
