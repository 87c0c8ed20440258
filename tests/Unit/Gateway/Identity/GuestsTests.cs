using Gateway.Identity;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Unit.Gateway.Identity;

public class GuestsTests
{
    [TestCase("Development", null, ExpectedResult = true)]
    [TestCase("Development", false, ExpectedResult = false)]
    [TestCase("Staging", null, ExpectedResult = false)]
    [TestCase("Staging", true, ExpectedResult = true)]
    [TestCase("Production", null, ExpectedResult = false)]
    [TestCase("Production", true, ExpectedResult = false)]
    public bool Guests_are_admitted_by_environment_and_setting(string environment, bool? enabled) =>
        new Guests(Options.Create(new GuestOptions { Enabled = enabled }), new Environment(environment)).AreAdmitted;

    private sealed class Environment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "Gateway";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
