"""The setup page and the API's documentation, as people see them, in English and Arabic."""

from playwright.sync_api import expect

WORDS = {
    False: {"lang": "en", "dir": "ltr", "business": "Name of your business", "email": "E-mail address", "password": "Password (8 characters or more)",
            "create": "Create", "done": "The owner was created. You can log in through the API now.", "other": "العربية",
            "intro": "Create the owner of this server. The link works once.",
            "lost": "This page needs the setup link that the server printed when it started."},
    True: {"lang": "ar", "dir": "rtl", "business": "اسم نشاطك التجاري", "email": "البريد الإلكتروني", "password": "كلمة المرور (٨ أحرف أو أكثر)",
           "create": "إنشاء", "done": "تم إنشاء حساب المالك، ويمكنك الآن تسجيل الدخول عبر الواجهة البرمجية.", "other": "English",
           "intro": "أنشئ حساب مالك هذا الخادم. يعمل الرابط مرة واحدة.",
           "lost": "تحتاج هذه الصفحة إلى رابط الإعداد الذي طبعه الخادم عند تشغيله."},
}


def speaks(page, words):
    expect(page.locator("html")).to_have_attribute("lang", words["lang"])
    expect(page.locator("html")).to_have_attribute("dir", words["dir"])


def fill(page, words, password):
    page.get_by_label(words["business"]).fill("متجر Amal")
    page.get_by_label(words["email"]).fill("owner@example.com")
    page.get_by_label(words["password"]).fill(password)
    page.get_by_role("button", name=words["create"], exact=True).click()


def test_the_setup_link_makes_an_owner(page, server):
    words = WORDS[page.arabic]
    page.goto(f"{server.url}/setup#{server.setup_token}")
    speaks(page, words)
    expect(page.get_by_text(words["intro"])).to_be_visible()
    fill(page, words, "correct horse battery")
    expect(page.get_by_role("status")).to_have_text(words["done"])
    expect(page.locator("form")).to_have_count(0)
    assert server.log_in().status == 200


def test_the_setup_page_says_what_is_wrong(page, server):
    words = WORDS[page.arabic]
    page.goto(f"{server.url}/setup#{server.setup_token}")
    fill(page, words, "short")
    expect(page.get_by_role("status")).to_contain_text("password: ")
    expect(page.get_by_role("button", name=words["create"], exact=True)).to_be_enabled()
    refused = "error: Failed to load resource: the server responded with a status of 422 (Unprocessable Content) at /api/auth/register"
    assert page.complaints == [refused]   # Chromium says so of every refusal
    page.complaints.clear()


def test_the_setup_page_without_its_link(page, server):
    page.goto(f"{server.url}/setup")
    expect(page.get_by_text(WORDS[page.arabic]["lost"])).to_be_visible()
    expect(page.locator("form")).to_be_hidden()
    page.get_by_role("button", name=WORDS[page.arabic]["other"]).click()
    speaks(page, WORDS[not page.arabic])
    expect(page.get_by_text(WORDS[not page.arabic]["lost"])).to_be_visible()


def test_the_documentation_shows_every_operation_and_tries_one(page, server):
    described = server.call("GET", "/api/openapi.json").json
    operations = [one for path in described["paths"].values() for one in path.values() if "operationId" in one]
    page.goto(f"{server.url}/api/docs")
    expect(page.locator(".opblock")).not_to_have_count(0)
    shown = set()
    while len(shown) < len(operations):   # only what is in sight is drawn
        for top in range(0, page.evaluate("document.body.scrollHeight"), 300):
            page.evaluate("top => { scrollTo(0, top); return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))) }", top)
            shown |= set(page.evaluate("[...document.querySelectorAll('.opblock')].map(block => block.id)"))
    assert len(shown) == len(operations)
    health = page.locator(".opblock", has=page.get_by_text("/health", exact=True))
    for top in range(0, page.evaluate("document.body.scrollHeight"), 300):
        page.evaluate("top => scrollTo(0, top)", top)
        if health.count():
            break
    health.locator(".opblock-summary-control").click()
    health.get_by_role("button", name="Try it out").click()
    health.get_by_role("button", name="Execute").click()
    expect(health.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
