package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestMomentsOfTheAuditLog(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]float64{
		"": 0, "90s": seconds(now) - 90, "24h": seconds(now) - 24*3600,
		"2026-11-23T10:00:00Z": seconds(now) - 7200,
		"2026-11-23":           seconds(time.Date(2026, 11, 23, 0, 0, 0, 0, time.Local)),
		"2026-11-23 08:30":     seconds(time.Date(2026, 11, 23, 8, 30, 0, 0, time.Local)),
	} {
		if got, err := moment("--since", text, now); err != nil || got != want {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"yesterday", "-5m", "24", "2026-13-01"} {
		if _, err := moment("--since", text, now); err == nil || !strings.Contains(err.Error(), "--since") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatTheAuditLogShows(t *testing.T) {
	var out bytes.Buffer
	show, flush := auditTable(&out)
	e := auditEntry{EventTime: 1, OperationName: "CreateTrust", ObjectId: "t-1\x1b[2J", AccessKeyId: "AKIA", Request: map[string]string{"B": "2", "A": "1"}}
	if err := show(e); err != nil {
		t.Fatal(err)
	}
	if err := flush(); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "A=1 B=2") || !strings.Contains(s, "–") || strings.Contains(s, "\x1b") {
		t.Error(s)
	}
}

func TestHowMuchIsKept(t *testing.T) {
	for _, c := range []auditFlags{{-1, 0}, {0, -1}, {1 << 40, 0}} {
		if _, err := c.keep(); err == nil {
			t.Errorf("%+v: accepted", c)
		}
	}
	if keep, err := (auditFlags{90, 5}).keep(); err != nil || keep.Age != 90*24*time.Hour || keep.Number != 5 {
		t.Errorf("%+v, %v", keep, err)
	}
	for text, want := range map[string]int64{"8MiB": 8 << 20, "2GiB": 2 << 30} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "8", "8MB", "-1MiB", "0GiB", "MiB", "99999999999GiB"} {
		if _, err := parseSize(text); err == nil {
			t.Errorf("%q: accepted", text)
		}
	}
}
