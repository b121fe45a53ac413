"""The command `metrics` as node_exporter's collector is fed with it."""

from click.testing import CliRunner

from snu_analytics.cli.main import main


def test_the_gauges_are_printed_as_prometheus_text(monkeypatch, warehouse_url):
    monkeypatch.setenv("SNU_WAREHOUSE_URL", warehouse_url)
    result = CliRunner().invoke(main, ["metrics"])
    assert result.exit_code == 0, result.output
    assert "# TYPE snu_missing_days gauge" in result.output.splitlines()
    assert 'snu_missing_days{entity="young"} 0.0' in result.output.splitlines()
