package samba

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// TestTheRunnerAndItsCallerAgreeOnKinds looks for every kind that the jobs
// raise in the list of those that are told apart, and the other way round.
func TestTheRunnerAndItsCallerAgreeOnKinds(t *testing.T) {
	files, err := filepath.Glob("*.py")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	raises := regexp.MustCompile(`raise Failure\(\s*"(\w*)"`)
	raised := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range raises.FindAllStringSubmatch(string(text), -1) {
			raised[m[1]] = true
			if _, known := kindsOfJobs[m[1]]; !known && !slices.Contains(ownKinds, m[1]) {
				t.Errorf("%s raises the kind %q, which is in no list", name, m[1])
			}
		}
	}
	for _, kind := range append(slices.Collect(maps.Keys(kindsOfJobs)), ownKinds...) {
		if !raised[kind] {
			t.Errorf("no job raises the kind %q", kind)
		}
	}
}
