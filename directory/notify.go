package directory

import "time"

// EventTopic is a notification topic that a directory's changes of stage are
// told to. Only package service writes it.
type EventTopic struct {
	Directory ID        `json:"Directory"`
	Region    string    `json:"Region"`
	Name      string    `json:"Name"`
	CreatedAt time.Time `json:"CreatedAt"`
	Stage     Stage     `json:"Stage"` // at CreatedAt; what was before is no news
	Delete    bool      `json:"Delete"`
}

// EventTopicKey is the store's key of a topic.
func EventTopicKey(d ID, region, name string) string {
	return string(d) + "/" + region + "/" + name
}

// TopicARN is the name of a topic as the API has it.
func TopicARN(account, region, name string) string {
	return "arn:aws:sns:" + region + ":" + account + ":" + name
}

// TopicState is a topic's state, as the API names it.
type TopicState string

// The states of a topic.
const (
	TopicRegistered TopicState = "Registered"
	TopicNotFound   TopicState = "Topic not found" // nobody said where messages go
	TopicFailed     TopicState = "Failed"          // messages do not get there at the moment
)

// EventTopicStatus is what became of a topic. Only its reconciler writes it.
type EventTopicStatus struct {
	State TopicState `json:"State"`
	Told  Stage      `json:"Told"` // the stage that was told last
	At    time.Time  `json:"At"`
	Error string     `json:"Error"` // why the last message was not delivered; "" when it was
}

// LogSubscription forwards the security log of a directory's domain
// controllers in one Region. Only package service writes it.
type LogSubscription struct {
	Directory ID        `json:"Directory"`
	Region    string    `json:"Region"`
	Group     string    `json:"Group"`
	CreatedAt time.Time `json:"CreatedAt"`
	Delete    bool      `json:"Delete"`
}

// LogSubscriptionKey is the store's key of a subscription: one per directory
// and Region.
func LogSubscriptionKey(d ID, region string) string { return string(d) + "/" + region }

// LogSubscriptionStatus is how far forwarding has got. Only its reconciler
// writes it.
type LogSubscriptionStatus struct {
	Places map[DCID]LogPlace `json:"Places"` // what was delivered of each domain controller's log
	Error  string            `json:"Error"`  // why the last records were not delivered; "" when they were
}

// LogPlace is a place in a log. File is a number that the file has from what
// is in it, so no other file ever has it; 0 is before everything. Offset is in
// bytes from the beginning of the file.
type LogPlace struct {
	File   uint64 `json:"File"`
	Offset int64  `json:"Offset"`
}
