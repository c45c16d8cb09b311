package imageboard_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"moot/internal/board"
	"moot/internal/db/dbtest"
	"moot/internal/key"
)

// BenchmarkLists asks for the lists of a board that is full, and for a thread.
func BenchmarkLists(b *testing.B) {
	for _, engine := range dbtest.Engines() {
		s := open(b, dbtest.Open(b, engine))
		var last int64
		for i := range board.CatalogSize {
			last = s.start("gr/athens", fmt.Sprint("Thread ", i), board.NewPost{Body: "Some words of an opening post."})
			for k := range 20 {
				if _, err := s.Reply(b.Context(), key.Anyone, last, board.NewPost{Body: fmt.Sprintf(">>%d\nreply %d", last, k)}); err != nil {
					b.Fatal(err)
				}
			}
		}
		for _, path := range []string{"/4chan/gr.athens/threads.json", "/4chan/gr.athens/catalog.json", "/4chan/gr.athens/1.json", fmt.Sprintf("/4chan/gr.athens/thread/%d.json", last)} {
			b.Run(fmt.Sprint(engine, path), func(b *testing.B) {
				for b.Loop() {
					s.clock.Advance(time.Second) // within the rate of one visitor
					w := httptest.NewRecorder()
					s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
					if w.Code != http.StatusOK {
						b.Fatal(w.Code)
					}
					b.SetBytes(int64(w.Body.Len()))
				}
			})
		}
	}
}
