"""Work that reports progress and can be cancelled: job, coordinator, writer, executors."""
