package awsapi

import (
	"fmt"
	"testing"
)

func TestAnswersCountForOneRevisionAndOneQuestion(t *testing.T) {
	var a answers
	mine := question{operation: "DirectoryService_20150416.DescribeTrusts", account: "000000000000", region: "us-east-1", body: "{}"}
	a.put(7, mine, []byte("seven"))
	if b, ok := a.get(7, mine); !ok || string(b) != "seven" {
		t.Fatalf("got %q, %v", b, ok)
	}
	if _, ok := a.get(8, mine); ok {
		t.Error("an answer outlives a change")
	}
	for _, other := range []question{
		{operation: mine.operation, account: "111111111111", region: mine.region, body: mine.body},
		{operation: mine.operation, account: mine.account, region: "eu-west-1", body: mine.body},
		{operation: mine.operation, account: mine.account, region: mine.region, body: `{"Limit":1}`},
		{operation: "Entente_20261123.DescribeTrusts", account: mine.account, region: mine.region, body: mine.body},
	} {
		if _, ok := a.get(7, other); ok {
			t.Errorf("%+v is answered with another's answer", other)
		}
	}
	a.put(8, mine, []byte("eight"))
	a.put(7, mine, []byte("seven, late"))
	if b, _ := a.get(8, mine); string(b) != "eight" {
		t.Errorf("a late answer of an earlier revision replaced a newer one: %q", b)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	var a answers
	for i := range 10 * maxAnswers {
		a.put(1, question{body: fmt.Sprint(i)}, []byte("x"))
	}
	if len(a.known) > maxAnswers {
		t.Errorf("%d answers are remembered", len(a.known))
	}
	a.put(1, question{body: "big"}, make([]byte, maxAnswerBytes+1))
	if _, ok := a.get(1, question{body: "big"}); ok {
		t.Error("an answer of any size is remembered")
	}
}
