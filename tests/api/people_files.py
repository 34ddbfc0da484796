"""Lists of people as other programs write them: Google Contacts (both header generations), Outlook, phones (vCard 2.1, 3.0, 4.0) and
spreadsheets. Made here, so that no file of a real person is needed; every list has formatted, wrong and doubled numbers."""

import csv
import io
import quopri
import zipfile
from xml.sax.saxutils import escape

FIRST = ["محمد", "أحمد", "عبد الله", "فاطمة", "نورة", "خالد", "سارة", "مريم", "يوسف", "آمنة", "إبراهيم", "هدى", "عمر", "ليلى", "سلطان", "رؤى", "ماجد", "شيماء", "زياد", "ولاء"]
LAST = ["العتيبي", "السالم", "الزهراني", "القحطاني", "الحربي", "الدوسري", "الغامدي", "المطيري", "الشهري", "العنزي", "بن لادن الهاشمي", "آل سعد", "الأحمد", "المصطفى",
        "حدّاد", "الرشيد", "الجهني", "السبيعي", "الخالدي", "العمري", "البقمي", "التميمي", "الشمري", "عسيري", "الفيفي", "اليامي"]
WRITTEN = ["+966 50 000 {}", "050 000 {}", "00966-50-000-{}", "(050) 000 {}", "96650000{}", "050000{}", "+966-(50)-000-{}", "‪+966 50 000 {}‬"]
WRONG = ["12345", "لا يوجد", "", "+966 50 000 1234 5678 90", "9.66501E+11", "+999 50 000 1234"]


class Person:
    def __init__(self, index, phone, number):
        self.first, self.last = FIRST[index % len(FIRST)], LAST[index // len(FIRST) % len(LAST)]
        self.name = f"{self.first} {self.last}"
        self.phone = phone     # as it stands in the file
        self.number = number   # its last four digits; none when it is wrong
        self.email = f"person{index}@example.com" if index % 3 == 0 else ""


def people(count=520):
    """Every 13th number is wrong, every 50th is somebody's a second time, in another form."""
    out = []
    for index in range(count):
        if index % 13 == 12:
            out.append(Person(index, WRONG[index // 13 % len(WRONG)], None))
            continue
        number = f"{1000 + (index - 1 if index % 50 == 49 and index % 13 != 0 else index):04}"
        digits = number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) if index % 11 == 5 else number
        out.append(Person(index, WRITTEN[index % len(WRITTEN)].format(digits), number))
    return out


def table(head, rows, delimiter=",", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def google_old(all_of_them):
    head = ["Name", "Given Name", "Additional Name", "Family Name", "Yomi Name", "Group Membership", "E-mail 1 - Type", "E-mail 1 - Value", "Phone 1 - Type",
            "Phone 1 - Value", "Organization 1 - Name"]
    return table(head, [[p.name, p.first, "", p.last, "", "* myContacts ::: عملاء", "* ", p.email, "Mobile", f"{p.phone} ::: 011" if p.phone else "", ""]
                        for p in all_of_them], end="\n").encode()


def google_new(all_of_them):
    head = ["First Name", "Middle Name", "Last Name", "Phonetic First Name", "Nickname", "Organization Name", "Organization Title", "Notes", "Photo", "Labels",
            "E-mail 1 - Label", "E-mail 1 - Value", "Phone 1 - Label", "Phone 1 - Value"]
    return table(head, [[p.first, "", p.last, "", "", "", "", "ملاحظة\nفي سطرين", "", "* myContacts ::: عملاء", "", p.email, "Mobile", p.phone]
                        for p in all_of_them], end="\n").encode()


def outlook(all_of_them):
    head = ["First Name", "Middle Name", "Last Name", "Company", "Job Title", "Business Phone", "Home Phone", "Mobile Phone", "E-mail Address", "Categories"]
    rows = [[p.first, "", p.last, "شركة", "", "", "", p.phone.strip("‪‬"), p.email, "عملاء;مهم"] for p in all_of_them]
    for row in rows:
        row[7] = row[7].translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789"))   # Windows-1256 has no Arabic digits
    return table(head, rows, quoting=csv.QUOTE_ALL).encode("windows-1256")


def folded(line):
    """At most 75 bytes a line, without cutting a character."""
    out, room = "", 75
    for letter in line:
        if room < len(letter.encode()):
            out, room = out + "\r\n ", 74
        out, room = out + letter, room - len(letter.encode())
    return out


def vcard_2(all_of_them):
    def quoted(text):
        return quopri.encodestring(text.encode(), quotetabs=True).decode().replace("=\n", "=\r\n")

    return "".join(f"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted(p.last)};{quoted(p.first)};;;\r\n"
                   f"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{quoted(p.name)}\r\nTEL;CELL;PREF:{p.phone}\r\nEND:VCARD\r\n" for p in all_of_them).encode()


def vcard_3(all_of_them):
    cards = []
    for p in all_of_them:
        lines = ["BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Apple Inc.//iPhone OS 17.0//EN", f"N:{p.last};{p.first};;;", f"FN:{p.name}",
                 f"item1.TEL;type=HOME;type=VOICE:{'011'}", f"item2.TEL;type=CELL;type=VOICE;type=pref:{p.phone}", f"EMAIL;type=INTERNET:{p.email}",
                 "PHOTO;ENCODING=b;TYPE=JPEG:" + "/9j/4AAQ" * 40, "END:VCARD"]
        cards.append("\r\n".join(folded(line) for line in lines) + "\r\n")
    return "".join(cards).encode()


def vcard_4(all_of_them):
    return "".join(f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{p.name}\r\nN:{p.last};{p.first};;;\r\nTEL;VALUE=uri;TYPE=cell:tel:{p.phone}\r\nCATEGORIES:عملاء,مهم\r\n"
                   "END:VCARD\r\n" for p in all_of_them).encode()


def excel(all_of_them):
    """As Excel writes it: shared texts, and numbers where a cell looks like one (so a leading zero is lost)."""
    texts, places = [], {}

    def shared(text):
        if text not in places:
            places[text] = len(texts)
            texts.append(text)
        return places[text]

    def cell(place, text):
        if text == "":
            return ""
        if text.isascii() and text.isdigit():
            return f'<c r="{place}"><v>{int(text)}</v></c>'
        return f'<c r="{place}" t="s"><v>{shared(text)}</v></c>'

    rows = [("الاسم", "رقم الجوال", "البريد الإلكتروني", "المدينة")] + [(p.name, p.phone, p.email, "الرياض") for p in all_of_them]
    sheet = "".join(f'<row r="{n}">' + "".join(cell(f"{letter}{n}", text) for letter, text in zip("ABCD", row)) + "</row>" for n, row in enumerate(rows, 1))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    declared = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", declared + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        package.writestr("xl/workbook.xml", declared + f"<workbook {space}><sheets><sheet name=\"ورقة1\" sheetId=\"1\"/></sheets></workbook>")
        package.writestr("xl/worksheets/sheet1.xml", declared + f"<worksheet {space}><sheetData>{sheet}</sheetData></worksheet>")
        package.writestr("xl/sharedStrings.xml",
                         declared + f"<sst {space}>" + "".join(f"<si><t>{escape(text)}</t></si>" for text in texts) + "</sst>")
    return out.getvalue()


def semicolons(all_of_them):
    return table(["الاسم", "الهاتف", "المجموعة"], [[p.name, p.phone, "عملاء"] for p in all_of_them], delimiter=";").encode("utf-8-sig")


def unicode_text(all_of_them):
    return table(["Name", "Mobile", "Email"], [[p.name, p.phone, p.email] for p in all_of_them], delimiter="\t").encode("utf-16")


FORMATS = {"google-old.csv": google_old, "google-new.csv": google_new, "outlook.csv": outlook, "android.vcf": vcard_2, "iphone.vcf": vcard_3, "carddav.vcf": vcard_4,
           "excel.xlsx": excel, "semicolons.csv": semicolons, "unicode.txt": unicode_text}
