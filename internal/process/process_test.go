package process

import (
	"os/exec"
	"testing"
)

func TestLook(t *testing.T) {
	self, err := Self()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), "sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	other := self
	other.PID = child.Process.Pid
	if other.Start, err = StartTime(other.PID); err != nil {
		t.Fatal(err)
	}
	again, elsewhere, before := other, other, other
	again.Start++
	elsewhere.Namespace, before.Boot = "pid:[1]", "another"
	for name, c := range map[string]struct {
		of   Process
		want State
	}{
		"itself": {self, Alive}, "another": {other, Alive}, "one whose pid came round again": {again, Gone},
		"of another container or host": {elsewhere, Unknown}, "of the boot before": {before, Unknown},
	} {
		if got := self.Look(c.of); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := (Process{}).Look(Process{}); got != Unknown {
		t.Errorf("of no process: %v", got)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if got := self.Look(other); got != Gone {
		t.Errorf("one that was killed: %v", got)
	}
}
