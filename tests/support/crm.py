"""Scenes of the CRM."""

from support.portal import Portal
from tieline.domain.crm_statuses import Status
from tieline.store import crm_statuses
from tieline.store.engine import Tx


def add_funnel(portal: Portal) -> None:
    """Add a second funnel; its stages are entries of a directory of its own."""

    def job(tx: Tx) -> None:
        for sort, (name, semantics) in enumerate([("NEW", ""), ("WON", "S")]):
            stage = Status("DEAL_STAGE_1", f"C1:{name}", name, sort=sort, semantics=semantics, category_id=1)
            crm_statuses.add_status(tx, 1, stage)
        tx.touch(1)

    portal.write(job)
