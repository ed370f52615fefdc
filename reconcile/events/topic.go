package events

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/entente-ad/entente/directory"
	"github.com/entente-ad/entente/reconcile"
	"github.com/entente-ad/entente/store"
)

// topic tells a topic the stage of its directory, when that is another one
// than it was told last.
func (r *Reconciler) topic(ctx context.Context, key string) (time.Duration, error) {
	spec, ok := store.EventTopics.Get(r.store, key)
	home, lives := store.Directories.Get(r.store, string(spec.Value.Directory))
	_, here := home.Value.Place(spec.Value.Region)
	if !ok || spec.Value.Delete || !lives || !here {
		return 0, drop(ctx, r.store, store.EventTopics, store.EventTopicStatus, key)
	}
	became, _ := store.DirectoryStatus.Get(r.store, home.Key)
	stage := directory.StageIn(home.Value, became.Value, spec.Value.Region)
	was, known := store.EventTopicStatus.Get(r.store, key)
	is := was.Value
	if !known { // nothing was told yet
		is = directory.EventTopicStatus{State: directory.TopicRegistered, Told: spec.Value.Stage, At: spec.Value.CreatedAt}
	}
	if known && stage == is.Told && is.State == directory.TopicRegistered {
		return 0, nil
	}
	exists, err := true, error(nil)
	if stage != is.Told {
		err = reconcile.Wait(ctx, func() (err error) {
			exists, err = r.cfg.Topics(ctx, spec.Value.Name, "application/json", r.message(home.Value, became.Value, spec.Value, is.Told, stage))
			return err
		})
	}
	switch {
	case !exists:
		is.State, is.Error = directory.TopicNotFound, "No destination is configured for the topic."
	case err != nil:
		if is.State == directory.TopicFailed {
			return retry, nil // told already; the words may differ each time, as by the port that was used
		}
		is.State, is.Error = directory.TopicFailed, err.Error()
		r.cfg.Log.Warn("a notification was not delivered", "topic", spec.Value.Name, "directory", home.Key, "error", err.Error())
	default:
		is = directory.EventTopicStatus{State: directory.TopicRegistered, Told: stage, At: r.cfg.Now().UTC()}
	}
	if err := save(ctx, r.store, store.EventTopicStatus, was, is); err != nil || is.State == directory.TopicRegistered {
		return 0, err
	}
	return retry, nil
}

// notification has the form of a message that SNS delivers to a webhook.
type notification struct {
	Type      string
	MessageID string `json:"MessageId"`
	TopicARN  string `json:"TopicArn"`
	Subject   string
	Message   string
	Timestamp string
}

// message says which way a directory's stage went. Its id is the same when it
// is delivered again.
func (r *Reconciler) message(d directory.Spec, st directory.Status, topic directory.EventTopic, from, to directory.Stage) []byte {
	id := sha256.Sum256([]byte(string(d.ID) + topic.Region + topic.Name + string(from) + string(to) + st.StageSince.String()))
	text := "The stage of directory " + string(d.ID) + " (" + string(d.Name) + ") in " + topic.Region + " has changed from " + string(from) + " to " + string(to) + "."
	if st.StageReason != "" {
		text += " " + st.StageReason
	}
	body, _ := json.Marshal(notification{ // strings always marshal
		Type: "Notification", MessageID: hex.EncodeToString(id[:16]), TopicARN: directory.TopicARN(d.Account, topic.Region, topic.Name),
		Subject: "Directory Service Notification: " + string(d.ID) + " is " + string(to), Message: text,
		Timestamp: r.cfg.Now().UTC().Format("2006-01-02T15:04:05.000Z"),
	})
	return body
}
