"""The published document of the HTTP API, word for word."""

import json
import re
from pathlib import Path

from api.app import create_app
from api.http.problems import PROBLEMS
from api.settings import Settings

SNAPSHOT = Path(__file__).parent / "openapi.json"


def document(tmp_path):
    return create_app(Settings(data_dir=tmp_path)).openapi()


def test_the_document_is_the_one_that_was_agreed(tmp_path):
    """After a wanted change: python -m tests.contract.test_openapi"""
    assert document(tmp_path) == json.loads(SNAPSHOT.read_text("utf-8"))


def test_every_operation_is_described_and_named_once(tmp_path):
    names = []
    for path, item in document(tmp_path)["paths"].items():
        for method, operation in item.items():
            where = (method, path)
            names.append(operation["operationId"])
            assert operation["summary"], where
            assert operation["description"], where
            assert operation["tags"], where
            assert not re.search(r"\{(lon|lat|position|name|phone)\}", path), where
    assert len(names) == len(set(names))


def test_every_request_body_has_an_example(tmp_path):
    openapi = document(tmp_path)
    for path, item in openapi["paths"].items():
        for operation in item.values():
            content = operation.get("requestBody", {}).get("content", {})
            for media in content.values():
                schema = media["schema"]
                named = [schema, *schema.get("anyOf", [])]
                ref = next(each["$ref"] for each in named if "$ref" in each)
                model = openapi["components"]["schemas"][ref.rsplit("/", 1)[1]]
                assert model.get("examples"), (path, ref)


def test_refusals_are_documented_with_published_types(tmp_path):
    for path, item in document(tmp_path)["paths"].items():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                if status[0] in "45":
                    assert set(answer["content"]) == {"application/problem+json"}, path
                    codes = re.findall(r"`([a-z-]+)`", answer["description"])
                    assert codes
                    assert {PROBLEMS[code].status for code in codes} == {int(status)}


def write_snapshot():
    """Take over the document as it is now."""
    text = json.dumps(document(Path("unused")), ensure_ascii=False, indent=1, sort_keys=True)
    SNAPSHOT.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    write_snapshot()
