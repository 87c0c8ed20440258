using Gateway.Requests;
using NUnit.Framework;

namespace Unit.Gateway.Requests;

public class LoggedPathTests
{
    [TestCase("/v1/admin/users/0193a000-0000-7000-8000-000000000000", "/v1/admin/users/{id}")]
    [TestCase("/V1/Admin/Users/0193A000-0000-7000-8000-000000000000", "/v1/admin/users/{id}")]
    [TestCase("/v1/admin/users/0193a000-0000-7000-8000-000000000000/unlock", "/v1/admin/users/{id}/unlock")]
    [TestCase("/v1/admin/users", "/v1/admin/users")]
    [TestCase("/v1/predictions/0193a000-0000-7000-8000-000000000000", "/v1/predictions/0193a000-0000-7000-8000-000000000000")]
    public void An_administrators_request_about_somebody_is_kept_without_them(string path, string kept) =>
        Assert.That(RequestLogMiddleware.WithoutUser(path), Is.EqualTo(kept));
}
