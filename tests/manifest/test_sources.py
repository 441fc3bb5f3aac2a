"""Which files are manifests, under which name, and what cannot be walked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from centrali_deploy.errors import ManifestError, UsageProblem
from centrali_deploy.manifest import sources
from centrali_deploy.manifest.sources import Source, find_sources


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("version: 1\n")


def names(*paths: str) -> list[str]:
    return [source.name for source in find_sources(paths)]


def problems(*paths: str) -> list[tuple[str, str, str]]:
    with pytest.raises(ManifestError) as caught:
        find_sources(paths)
    return [(problem.position.file, problem.message, problem.hint) for problem in caught.value.problems]


def test_what_is_found_below_a_directory_is_sorted_and_nothing_hidden() -> None:
    write("m/b.yaml", "m/a.yml", "m/deep/er/c.yaml", "m/.hidden.yaml", "m/.git/x.yaml", "m/node_modules/x.yaml", "m/a.json", "m/yaml")
    Path("m/folder.yaml").mkdir()
    assert names("m") == ["m/a.yml", "m/b.yaml", "m/deep/er/c.yaml"]
    assert {source.root.resolve() for source in find_sources(["m"])} == {Path("m").resolve()}


def test_a_named_file_is_taken_whatever_its_name_and_its_folder_is_the_project() -> None:
    write("m/.hidden")
    assert find_sources(["m/.hidden"]) == (Source(Path("m/.hidden"), Path("m")),)


@pytest.mark.parametrize("paths", [["m", "m/a.yaml"], ["m/a.yaml", "./m/../m/a.yaml"], ["m/a.yaml", "link.yaml"], ["m", "m"]])
def test_one_file_is_read_once_whatever_it_is_called(paths: list[str]) -> None:
    write("m/a.yaml")
    Path("link.yaml").symlink_to("m/a.yaml")
    assert names(*paths) == ["m/a.yaml"]


def test_the_order_of_the_paths_means_nothing() -> None:
    write("b.yaml", "a.yaml", "c/d.yaml")
    assert names("c", "b.yaml", "a.yaml") == names("a.yaml", "c", "b.yaml") == ["a.yaml", "b.yaml", "c/d.yaml"]


def test_a_name_is_relative_where_it_can_be(project: Path) -> None:
    write("m/a.yaml")
    assert names(str(project / "m")) == names("m/../m/a.yaml") == ["m/a.yaml"]
    Path("elsewhere").mkdir()
    os.chdir("elsewhere")
    assert names(str(project / "m")) == [str(project / "m" / "a.yaml")]
    assert names("../m") == ["../m/a.yaml"]


def test_a_link_to_a_folder_above_is_not_followed_round_and_round() -> None:
    write("m/a.yaml")
    Path("m/loop").symlink_to("..", target_is_directory=True)
    assert names("m") == ["m/a.yaml"]


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("gone.yaml", "There is no such file or directory.", "Check the path."),
        ("", "There is no such file or directory.", "Check the path."),
        ("loop", "There is no such file or directory.", "Check the path."),
        ("broken", "There is no such file or directory.", "Check the path."),
        (
            "empty",
            "There is no manifest in this directory.",
            "Put *.yaml files into it; nothing is ever deleted because a directory is empty.",
        ),
        ("a" * 5000, "This cannot be read: File name too long.", "Check the path and its permissions."),
    ],
)
def test_a_path_that_leads_to_no_manifest_is_told(path: str, message: str, hint: str) -> None:
    Path("empty/.git").mkdir(parents=True)
    Path("loop").symlink_to("loop")
    Path("broken").symlink_to("gone")
    write("fine.yaml")
    assert problems("fine.yaml", path) == [(path[:80], message, hint)]


def test_every_path_that_is_wrong_is_told() -> None:
    assert [file for file, _, _ in problems("x", "y")] == ["x", "y"]


def test_a_directory_that_cannot_be_read_is_told_and_not_taken_for_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    write("m/a.yaml", "m/closed/b.yaml")
    scan = os.scandir

    def refusing(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    if os.geteuid():
        Path("m/closed").chmod(0)
    else:  # nothing is closed to root
        monkeypatch.setattr(os, "scandir", refusing)
    found = problems("m")
    Path("m/closed").chmod(0o700)
    assert found == [("m", "This cannot be read: Permission denied.", "Check the path and its permissions.")]


@pytest.mark.parametrize("usual", sources.USUAL)
def test_without_paths_the_usual_one_is_taken(usual: str) -> None:
    write(usual if usual.endswith(".yaml") else f"{usual}/a.yaml")
    assert names() == [usual if usual.endswith(".yaml") else f"{usual}/a.yaml"]


def test_without_paths_several_usual_ones_or_none_are_told() -> None:
    with pytest.raises(UsageProblem) as none:
        find_sources([])
    assert none.value.message == "There is no manifest here: none of ./centrali/, ./workspace.yaml, ./centrali.yaml exists."
    write("workspace.yaml", "centrali/a.yaml")
    with pytest.raises(UsageProblem) as several:
        find_sources([])
    assert several.value.message == "There are several manifests here: centrali, workspace.yaml."


def test_the_project_is_the_directory_with_git_however_its_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "centrali"
    folder.mkdir()
    (folder / "a.yaml").write_text("version: 1\n")
    monkeypatch.chdir(tmp_path)
    for paths in ([], ["."], ["centrali"], ["centrali/a.yaml"], [str(folder)]):
        assert [source.root.resolve() for source in find_sources(paths)] == [tmp_path]


def test_without_git_the_usual_manifests_belong_to_the_directory_they_are_found_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "centrali").mkdir()
    (tmp_path / "centrali" / "a.yaml").write_text("version: 1\n")
    monkeypatch.chdir(tmp_path)
    assert [source.root.resolve() for source in find_sources([])] == [tmp_path]
    assert [source.root.resolve() for source in find_sources(["centrali"])] == [tmp_path / "centrali"]
