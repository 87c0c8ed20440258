using NUnit.Framework;
using ServiceDefaults.Problems;
using StorageService.Objects;

namespace Unit.StorageService.Objects;

public class ObjectKeyTests
{
    private const string Hash = "b26688626622ba8a151c35de7e020444ac2c1587367dce1720fdc0b9e8580121";

    [TestCase("u")]
    [TestCase("registry")]
    [TestCase("0193f0aa-0000-7000-8000-000000000001")]
    [TestCase("A_b-9")]
    [TestCase("0123456789012345678901234567890123456789012345678901234567890123")]
    public void An_owner_of_letters_digits_dashes_and_underscores_is_fine(string owner) =>
        Assert.That(ObjectKey.Parse(owner, Hash).ToString(), Is.EqualTo($"{owner}/{Hash}"));

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("../etc")]
    [TestCase("a/b")]
    [TestCase("a\\b")]
    [TestCase("a.b")]
    [TestCase("a b")]
    [TestCase("a\0")]
    [TestCase("a\n")]
    [TestCase("ä")]
    [TestCase("a%2f")]
    [TestCase("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Any_other_owner_is_refused_by_name(string owner) =>
        Assert.That(() => ObjectKey.Parse(owner, Hash), Throws.TypeOf<ProblemException>()
            .With.Property(nameof(ProblemException.Status)).EqualTo(400).And.Property(nameof(ProblemException.Field)).EqualTo("owner"));

    [TestCase("")]
    [TestCase("b26688626622ba8a151c35de7e020444ac2c1587367dce1720fdc0b9e858012")]
    [TestCase("b26688626622ba8a151c35de7e020444ac2c1587367dce1720fdc0b9e85801211")]
    [TestCase("B26688626622BA8A151C35DE7E020444AC2C1587367DCE1720FDC0B9E8580121")]
    [TestCase("g26688626622ba8a151c35de7e020444ac2c1587367dce1720fdc0b9e8580121")]
    [TestCase("../../../../../../../../../../../../../../../../../../etc/passwd")]
    public void Any_other_hash_than_64_lower_case_hex_digits_is_refused_by_name(string sha256) =>
        Assert.That(() => ObjectKey.Parse("u", sha256), Throws.TypeOf<ProblemException>()
            .With.Property(nameof(ProblemException.Status)).EqualTo(400).And.Property(nameof(ProblemException.Field)).EqualTo("sha256"));
}
