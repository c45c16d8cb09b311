package main

// What things cost, as measured; bench/README.md has the runs and the machine.
const (
	// Bytes of pages as they are read (BenchmarkReading, BenchmarkVisit).
	pageFrame    = 12_000 // a thread without its posts
	perPost      = 700
	boardBytes   = 16_000
	catalogBytes = 24_000
	frontBytes   = 25_000

	// Microseconds of one core.
	cpuKept    = 20     // a page that is kept (BenchmarkReading, moot)
	cpuFrame   = 600    // to make a thread's page without its posts, and
	cpuPerPost = 67     // each of them (BenchmarkReading, moot that keeps nothing)
	cpuBoard   = 1_300  // to make a board's page, and
	cpuCatalog = 2_100  // its catalog (the same)
	cpuSearch  = 10_000 // BenchmarkSearch, the median of all kinds
	cpuPost    = 500    // BenchmarkPosting, 16 clients on two cores
	cpuMessage = 9      // to one listener (BenchmarkListening)

	// Bytes.
	rowSQLite   = 1_010 // a post with its part of everything (BenchmarkRows)
	rowPostgres = 2_041
	listener    = 2_355 // BenchmarkListening

	mostListeners = 20_000 // that a node lets in
)

// Assumed: nobody has measured these on a site of people.
const (
	withPicture  = .10   // of posts
	pictureBytes = 400e3 // with its two smaller ones
	peak         = 4     // times the mean of a day
	openFor      = 120   // seconds that a page stays open and listens
	busiest      = .60   // of the processors, that the peak may take
	years        = 3     // that the posts took to be written
	gib          = 1 << 30
)
