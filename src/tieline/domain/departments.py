"""Departments: the tree of the company."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Department:
    """A department; `parent_id` 0 is the top of the tree, `head_id` 0 is nobody."""

    id: int
    name: str
    sort: int
    parent_id: int
    head_id: int


class Tree:
    """All departments of a portal."""

    def __init__(self, departments: list[Department]) -> None:
        self.by_id = {department.id: department for department in departments}
        self._children: dict[int, list[int]] = {}
        for department in departments:
            self._children.setdefault(department.parent_id, []).append(department.id)

    @property
    def root(self) -> Department | None:
        """The department at the top."""
        top = self._children.get(0)
        return self.by_id[top[0]] if top else None

    def way_up(self, department_id: int) -> list[Department]:
        """Return a department and those above it, the root last."""
        way: list[Department] = []
        department = self.by_id.get(department_id)
        while department is not None and department not in way:
            way.append(department)
            department = self.by_id.get(department.parent_id)
        return way

    def below(self, department_ids: set[int]) -> set[int]:
        """Return departments with all that are below them."""
        found: set[int] = set()
        waiting = list(department_ids)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._children.get(number, [])
        return found

    def full_name(self, department: Department) -> str:
        """Name a department with those above it."""
        return " / ".join(step.name for step in self.way_up(department.id))

    def headed_by(self, user_id: int) -> set[int]:
        """Return the departments that a person heads."""
        return {department.id for department in self.by_id.values() if department.head_id == user_id}
