"""Operations of clocks and policies, one module per noun."""

from community.escalation.sla.operations.clocks import (
    note_customer_message,
    note_staff_reply,
    pause_clocks,
    reconsider,
    resume_clocks,
    start_clocks,
    stop_clocks,
)
from community.escalation.sla.operations.sweep import fire_due_clocks

__all__ = [
    "fire_due_clocks",
    "note_customer_message",
    "note_staff_reply",
    "pause_clocks",
    "reconsider",
    "resume_clocks",
    "start_clocks",
    "stop_clocks",
]
