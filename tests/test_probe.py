import pytest
from tests import cast
@pytest.mark.parametrize("n", range(5))
def test_a(app, client_of, n):
    with app.app_context():
        assert cast.member("malee50").national_id == cast.MEMBERS["malee50"].national_id
    r = client_of("officer50").get("/healthz")
    assert r.status_code == 200
