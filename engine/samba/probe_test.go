package samba

import "testing"

func TestASReqIsTheBytesOfRFC4120(t *testing.T) {
	req, err := asReq("A.TEST")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%x", req)
}
