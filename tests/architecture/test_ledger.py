"""Every use case that changes what the ledger watches says who is at work, before it changes anything."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# They change only what is derived, what operates the system, sessions and tokens, or the network's own tables.
SILENT = {
    "accounts_door": {"sign_out", "sign_out_everywhere", "choose_role"},
    "accounts_tokens": {"issue_token", "revoke_token"},
    "attribution": {"place_defects", "attribute_defects"},
    "ledger": {"sequence_ledger"},
    # Letters and the outbox keep themselves as they were sent; what follows for a claim is said with the claim.
    "letters": {"keep_document"},
    "notices": {
        "write_letters", "address_notices", "take_notices", "record_bounce", "try_again", "wipe_old_secrets",
        "forget_untold",
    },
    # Nothing of what people follow by e-mail is on record: it is theirs, and goes with them.
    "subscriptions": {"tell_followers"},
    "webhooks": {"state_address", "make_webhook", "switch_webhook", "judge_webhook"},
    "network": {
        "begin", "stage", "settle", "chain", "find_junctions", "count_unchanged", "unwritten", "write", "finish",
    },
    "network_early": {"write_early", "take_back"},
    "network_posts": {"take_posts", "sources_of_roads"},
    "operations": {"claim_slot", "record_progress", "finish_run", "fail_run"},
    "photos_sweeping": {"find_unneeded"},
    "placing": {"place_many_defects", "find_places"},
    "reference": {"load_reference"},
    # It only looks.
    "defects_recording": {"foresee", "source_of"},
    "idempotency": {"answered_before", "keep_answer", "forget_answers"},
    "inspections": {"plan_inspections"},
    "status": {"refresh_status"},
    # Said by whoever calls them.
    "claims_drafting": {"take_back_drafts"},
    "claims_moves": {"tell"},
    "photos": {"attach_proofs", "sent_before"},
}  # fmt: skip


def calls_of(function: ast.FunctionDef) -> set[str]:
    return {
        node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_every_use_case_says_who_acts() -> None:
    functions = {
        (path.stem, node.name): node
        for path in sorted((ROOT / "roads" / "usecases").glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    saying = {"acts"}
    while True:
        more = saying | {name for (_, name), node in functions.items() if calls_of(node) & saying}
        if more == saying:
            break
        saying = more
    use_cases = {
        (module, name)
        for (module, name), node in functions.items()
        if not name.startswith("_") and [one.arg for one in node.args.args[:2]] == ["session", "actor"]
    }
    silent = {(module, name) for module, names in SILENT.items() for name in names}
    assert sorted(key for key in use_cases - silent if key[1] not in saying and key[1] != "acts") == []
    assert len(use_cases - silent) > 25


def test_the_verifier_is_one_file_that_needs_nothing_but_python(tmp_path: Path) -> None:
    alone = tmp_path / "verify_ledger.py"
    alone.write_bytes((ROOT / "roads" / "verify_ledger.py").read_bytes())
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(alone), "--help"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0
    assert "checkpoint" in ran.stdout
