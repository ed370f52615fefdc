package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/directoryservice"
)

// Container is the init of a domain controller's namespaces.
type Container struct {
	PID int
	DC  string // "dc-0123456789"
}

// Containers finds the containers of this server's domain controllers by
// their command lines, as an administrator would.
func (s *Server) Containers(t testing.TB) []Container {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var list []Container
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			continue // ended meanwhile
		}
		line := strings.ReplaceAll(string(content), "\x00", " ")
		_, rest, isInit := strings.Cut(line, " dc-init ")
		if !isInit || !strings.Contains(rest, s.DataDir) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		_, after, _ := strings.Cut(rest, "/dcs/")
		dc, _, _ := strings.Cut(after, "/")
		list = append(list, Container{PID: pid, DC: strings.TrimSpace(dc)})
	}
	return list
}

// InDC runs a command inside the container of the directory's DC with that
// address.
func (s *Server) InDC(t testing.TB, directoryID, address string, argv ...string) (string, error) {
	t.Helper()
	out, err := s.DS(t).DescribeDomainControllers(t.Context(), &directoryservice.DescribeDomainControllersInput{DirectoryId: aws.String(directoryID)})
	if err != nil {
		return "", err
	}
	for _, dc := range out.DomainControllers {
		if aws.ToString(dc.DnsIpAddr) != address {
			continue
		}
		return s.InContainer(t, aws.ToString(dc.DomainControllerId), argv...)
	}
	return "", fmt.Errorf("directory %s has no DC at %s", directoryID, address)
}

// InContainer runs a command inside the container of a domain controller.
func (s *Server) InContainer(t testing.TB, id string, argv ...string) (string, error) {
	t.Helper()
	for _, c := range s.Containers(t) {
		if c.DC == id {
			enter := []string{"--target", strconv.Itoa(c.PID), "--net", "--mount", "--uts", "--ipc", "--pid", "--root", "--wd", "--"}
			content, err := exec.CommandContext(t.Context(), "nsenter", append(enter, argv...)...).CombinedOutput()
			return string(content), err
		}
	}
	return "", fmt.Errorf("no container of %s runs", id)
}
