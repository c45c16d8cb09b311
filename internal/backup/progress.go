package backup

import "io"

// Step is what is being done.
type Step string

const (
	Rows     Step = "rows"     // copied, in rows
	Files    Step = "files"    // copied, in files
	Checking Step = "checking" // read and compared, in bytes of the backup
	Filling  Step = "filling"  // the database, in rows
)

// Progress is how far a step is.
type Progress struct {
	Step        Step
	Done, Total int64 // in what the step counts
	Bytes       int64 // of files, with Files
}

// watched tells how much of something was read.
type watched struct {
	io.Reader
	p   Progress
	see func(Progress)
}

func (w *watched) Read(b []byte) (int, error) {
	n, err := w.Reader.Read(b)
	w.p.Done += int64(n)
	w.see(w.p)
	return n, err
}
