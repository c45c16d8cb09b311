package darkroom

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"moot/internal/fault"
	"moot/internal/picture"
	"moot/internal/sandbox"
)

// Word is the argument that makes a program a worker.
const Word = "picture-worker"

// grant is what a worker is given: memory for the largest picture there may be,
// and processor time for all that it will see. The parent is stricter with each.
var grant = sandbox.Limits{Memory: 512 << 20, CPU: lifetime * patience}

// Main makes this process a worker, if that is what it was started as, and ends
// it when its parent has no more pictures; else it does nothing. It is called
// before anything else, by main and by TestMain.
func Main() {
	if len(os.Args) != 2 || os.Args[1] != Word {
		return
	}
	held, err := sandbox.Enter(grant)
	if err != nil {
		fmt.Fprintln(os.Stderr, "entering the sandbox:", err) // and what holds, the greeting says
	}
	if err = writeGreeting(os.Stdout, held); err == nil {
		err = Serve(os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Serve makes each picture that comes in and answers with what became of it,
// until there are no more.
func Serve(in io.Reader, out io.Writer) error {
	for {
		raw, err := readPicture(in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := answer(out, raw); err != nil {
			return err
		}
		debug.FreeOSMemory() // what one picture took isn't held while waiting for the next
	}
}

func answer(out io.Writer, raw []byte) error {
	made, err := picture.Make(raw)
	if err == nil {
		return writeMade(out, made)
	}
	if f := (*fault.Fault)(nil); errors.As(err, &f) {
		return writeFault(out, f)
	}
	return err
}
