"""What tests share: a portal in process, a receiver of events, real database servers."""
