package assetreport

// SetPartSize has a worker begin a new part where one is so large, in bytes.
func (w *Worker) SetPartSize(n int) { w.partSize = n }
