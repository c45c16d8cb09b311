package live

import (
	"context"

	"moot/internal/event"
)

// telling is what is told of an event to one audience.
type telling struct {
	topic Topic
	read  bool // whether say is known
	say   Say
	made  map[string][]byte // by language: the stream's bytes
}

// See tells all whom an event concerns. It is for one caller, who shows the
// events in their order; it waits only for what is read.
func (h *Hub) See(ctx context.Context, e event.Event) {
	tellings := []*telling{
		{topic: Topic{Thread: e.Thread}, made: map[string][]byte{}},
		{topic: Topic{Board: e.Place}, made: map[string][]byte{}},
	}
	for {
		for _, t := range tellings {
			source, languages := h.wanted(t)
			for _, language := range languages {
				h.word(ctx, t, source, language, e)
			}
		}
		h.order.Lock()
		if h.complete(tellings) {
			break
		}
		h.order.Unlock() // somebody came meanwhile who speaks another language
	}
	defer h.order.Unlock()
	h.recent.add(e)
	for _, t := range tellings {
		if len(t.made) == 0 {
			continue
		}
		for _, c := range h.criers {
			c.do(func() { c.cry(t.topic, t.made) })
		}
	}
}

// wanted are the languages that somebody listens in and nothing is made for.
func (h *Hub) wanted(t *telling) (*Source, []string) {
	h.count.Lock()
	defer h.count.Unlock()
	a := h.audiences[t.topic]
	if a == nil {
		return nil, nil
	}
	var languages []string
	for l := range a.languages {
		if _, made := t.made[l]; !made {
			languages = append(languages, l)
		}
	}
	return a.source, languages
}

func (h *Hub) complete(tellings []*telling) bool {
	for _, t := range tellings {
		if _, more := h.wanted(t); len(more) > 0 {
			return false
		}
	}
	return true
}

// word makes what is told in a language. Listeners whom it can't be told are
// told to look for themselves.
func (h *Hub) word(ctx context.Context, t *telling, source *Source, language string, e event.Event) {
	var messages []Message
	var err error
	if !t.read {
		t.read = true
		if t.say, err = source.Tell(ctx, e); err != nil {
			t.say = func(string) ([]Message, error) { return Anew, nil }
			h.fail(ctx, err)
		}
	}
	if t.say != nil {
		if messages, err = t.say(language); err != nil {
			messages = Anew
			h.fail(ctx, err)
		}
	}
	t.made[language] = stream(nil, messages, e.Number)
}

// fail tells what went wrong, unless it is that the site stops.
func (h *Hub) fail(ctx context.Context, err error) {
	if ctx.Err() == nil {
		h.failed(err)
	}
}
