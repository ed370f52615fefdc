//go:build ignore

// Command refresh makes aws.txt of AWS's file ip-ranges.json: the ranges of its
// service AMAZON, which has all others in it, merged as far as that goes.
//
//	go run refresh.go -out aws.txt                     # asks AWS
//	go run refresh.go -in ip-ranges.json -out aws.txt  # has it already
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
)

const source = "https://ip-ranges.amazonaws.com/ip-ranges.json"

func main() {
	in := flag.String("in", "", "file to read instead of asking AWS")
	out := flag.String("out", "aws.txt", "file to write")
	flag.Parse()
	if err := refresh(*in, *out); err != nil {
		log.Fatal(err)
	}
}

func refresh(in, out string) error {
	content, err := read(in)
	if err != nil {
		return err
	}
	var file struct {
		CreateDate string
		Prefixes   []struct {
			Prefix  string `json:"ip_prefix"`
			Service string
		}
		IPv6 []struct {
			Prefix  string `json:"ipv6_prefix"`
			Service string
		} `json:"ipv6_prefixes"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return err
	}
	var all []netip.Prefix
	add := func(text, service string) error {
		if service != "AMAZON" {
			return nil
		}
		p, err := netip.ParsePrefix(text)
		all = append(all, p.Masked())
		return err
	}
	for _, p := range file.Prefixes {
		if err := add(p.Prefix, p.Service); err != nil {
			return err
		}
	}
	for _, p := range file.IPv6 {
		if err := add(p.Prefix, p.Service); err != nil {
			return err
		}
	}
	date := file.CreateDate[:min(len(file.CreateDate), len("2006-01-02"))]
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: the date of AWS's file %s, from which refresh.go made this list\n", date, source)
	for _, p := range merge(all) {
		fmt.Fprintln(&b, p)
	}
	return os.WriteFile(out, []byte(b.String()), 0o644)
}

func read(in string) ([]byte, error) {
	if in != "" {
		return os.ReadFile(in)
	}
	res, err := http.Get(source)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", source, res.Status)
	}
	return io.ReadAll(res.Body)
}

// merge drops what another range contains and joins halves to the whole.
func merge(list []netip.Prefix) []netip.Prefix {
	slices.SortFunc(list, netip.Prefix.Compare)
	var out []netip.Prefix
	for _, p := range list {
		for len(out) > 0 {
			last := out[len(out)-1]
			if last.Contains(p.Addr()) && last.Bits() <= p.Bits() {
				p = last
				out = out[:len(out)-1]
				break
			}
			whole, err := p.Addr().Prefix(p.Bits() - 1)
			if err != nil || last.Bits() != p.Bits() || !whole.Contains(last.Addr()) {
				break
			}
			p, out = whole, out[:len(out)-1]
		}
		out = append(out, p)
	}
	return out
}
